package import ServingCore

/// Puts requests together along the first dimension, and takes the answer apart again.
package struct TensorBatch {
    /// The joined inputs, in the model's order.
    package let inputs: [Tensor]
    private let rows: [Int]
    private let total: Int

    /// Copies the requests' inputs behind each other. All requests must have the same `BatchKey`.
    package init(joining requests: [[Tensor]]) throws(InferenceError) {
        guard let first = requests.first, requests.allSatisfy({ $0.count == first.count }) else {
            throw InferenceError(.internal, "requests with different inputs cannot share a run")
        }
        var rows: [Int] = []
        var total = 0
        for request in requests {
            guard let leading = request.first?.shape.first, let count = Int(exactly: leading), count > 0 else {
                throw InferenceError(.internal, "a request without rows cannot share a run")
            }
            let (sum, overflow) = total.addingReportingOverflow(count)
            guard !overflow else { throw InferenceError(.tooLarge, "the requests have too many rows together") }
            rows.append(count)
            total = sum
        }
        self.rows = rows
        self.total = total
        self.inputs = first.indices.map { index in Self.join(requests.map { $0[index] }, rows: total) }
    }

    private static func join(_ parts: [Tensor], rows: Int) -> Tensor {
        let size = parts.reduce(0) { $0 + $1.bytes.count }
        let bytes = TensorBytes(count: size) { target in
            var position = 0
            for part in parts {
                part.bytes.withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(rebasing: target[position..<position + source.count])
                        .copyMemory(from: source)
                    position += source.count
                }
            }
        }
        return Tensor(datatype: parts[0].datatype, shape: [Int64(rows)] + parts[0].shape.dropFirst(), bytes: bytes)
    }

    /// Each request's part of the answer, sharing the answer's memory. `name` is called for error texts only.
    package func split(_ outputs: [Tensor], name: (Int) -> String) throws(InferenceError) -> [[Tensor]] {
        var answers = [[Tensor]](repeating: [], count: self.rows.count)
        for (index, output) in outputs.enumerated() {
            guard output.shape.first == Int64(self.total), let boundaries = self.boundaries(in: output) else {
                throw InferenceError(
                    .invalidOutput,
                    "output `\(name(index))` has shape \(output.shape) for a batch of \(self.total) rows; "
                        + "the model cannot be batched, set maxBatchSize to 1"
                )
            }
            for (member, count) in self.rows.enumerated() {
                let shape = [Int64(count)] + output.shape.dropFirst()
                let bytes = output.bytes[boundaries[member]..<boundaries[member + 1]]
                answers[member].append(Tensor(datatype: output.datatype, shape: shape, bytes: bytes))
            }
        }
        return answers
    }

    /// Byte offsets at which each member's part begins, and the end; nil when the bytes do not match the shape.
    private func boundaries(in output: Tensor) -> [Int]? {
        guard let perRow = Tensor.elementCount(of: Array(output.shape.dropFirst())) else { return nil }
        guard let width = output.datatype.byteWidth else {
            return output.bytes.withUnsafeBytes { self.elementBoundaries($0, perRow: perRow) }
        }
        let (rowSize, overflow) = perRow.multipliedReportingOverflow(by: width)
        guard !overflow, rowSize.multipliedReportingOverflow(by: self.total) == (output.bytes.count, false) else {
            return nil
        }
        var boundaries = [0]
        var position = 0
        for count in self.rows {
            position += count * rowSize
            boundaries.append(position)
        }
        return boundaries
    }

    private func elementBoundaries(_ bytes: UnsafeRawBufferPointer, perRow: Int) -> [Int]? {
        var elements = BytesElements(bytes)
        var boundaries = [0]
        var end = 0
        for count in self.rows {
            let (elementCount, overflow) = perRow.multipliedReportingOverflow(by: count)
            guard !overflow else { return nil }
            for _ in 0..<elementCount {
                guard let element = elements.next() else { return nil }
                end = element.upperBound
            }
            boundaries.append(end)
        }
        return elements.isAtEnd ? boundaries : nil
    }
}
