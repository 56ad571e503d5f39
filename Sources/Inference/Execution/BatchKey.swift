package import ServingCore

/// Requests with equal keys may share a run: same datatypes, same shapes but for the first dimension, same outputs.
package struct BatchKey: Hashable, Sendable {
    private let description: [Int64]

    /// All requests alike; for a queue that never joins any.
    package static let any = BatchKey(description: [])

    /// Nil when the request has no common number of rows (then it can only run alone).
    package static func make(inputs: [Tensor], outputs: [Int]?) -> (key: BatchKey, rows: Int)? {
        guard let first = inputs.first?.shape.first, let rows = Int(exactly: first), rows > 0 else { return nil }
        var description: [Int64] = []
        for input in inputs {
            guard input.shape.first == first else { return nil }
            description.append(Int64(input.datatype.rawValue))
            description.append(Int64(input.shape.count))
            description.append(contentsOf: input.shape.dropFirst())
        }
        if let outputs {
            description.append(-1)
            for output in outputs { description.append(Int64(output)) }
        }
        return (BatchKey(description: description), rows)
    }
}
