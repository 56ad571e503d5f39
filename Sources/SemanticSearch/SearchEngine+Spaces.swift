import Capture
import Comparison
import ServingCore

/// Outputs that are embeddings themselves.
extension SearchEngine {
    private static let page = 256

    /// Compares the first output that was compared as a vector; nil when there is none. Looks at up to
    /// `SpaceComparison.mostItems` of the rows.
    func compareSpaces(_ model: String, _ rows: [UInt32]) async throws(StoreError) -> SpaceReport? {
        guard let table = self.collections[model]?.table else { return nil }
        let chosen = rows.map { (hash: StableHash.fmix64(UInt64(bitPattern: table.ids[Int($0)])), row: $0) }
            .sorted { $0.hash < $1.hash }.prefix(SpaceComparison.mostItems).map(\.row)
        var bodies: [(id: Int64, body: PairBody)] = []
        var start = 0
        while start < chosen.count {
            let part = Array(chosen[start..<min(chosen.count, start + Self.page)])
            for pair in try await self.store.pairs(part.map { table.ids[Int($0)] }) {
                if let body = try? PairBody(decoding: pair.body) { bodies.append((pair.summary.id, body)) }
            }
            start += Self.page
            // Most models have no such output: the first page tells.
            guard bodies.contains(where: { $0.body.vectorOutput != nil }) else { return nil }
        }
        guard let name = bodies.lazy.compactMap(\.body.vectorOutput).first else { return nil }
        let items = bodies.compactMap { id, body -> SpaceItem? in
            guard let live = body.live.numbers(of: name), let candidate = body.candidate.numbers(of: name) else {
                return nil
            }
            return SpaceItem(id: id, live: live, candidate: candidate)
        }
        return items.isEmpty ? nil : SpaceComparison(items: items).run()
    }
}

extension PairBody {
    /// An output of numbers whose comparison looked at angles or at neighbours.
    fileprivate var vectorOutput: String? {
        let names = self.comparison.outputs.lazy.filter {
            $0.details["cosine"] != nil || $0.details["knn_overlap"] != nil
        }
        return names.map(\.name).first { self.live.numbers(of: $0) != nil }
    }
}

extension [KeptTensor] {
    /// The first row of the tensor.
    fileprivate func numbers(of name: String) -> [Double]? {
        guard let tensor = self.first(where: { $0.name == name })?.tensor, let values = TensorValues(tensor),
            values.count > 0,
            let columns = tensor.shape.last.flatMap({ Int(exactly: $0) }), columns > 1
        else { return nil }
        var row: [Double] = []
        values.read(0..<columns, into: &row)
        return row
    }
}
