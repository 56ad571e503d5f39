/// Picks pairs that show what a slice is.
struct SliceExamples {
    private static let most = 5

    private let input: SliceInput
    private let rows: [Int]

    /// - Parameter rows: The slice's distinct requests.
    init(_ input: SliceInput, _ rows: [Int]) {
        self.input = input
        self.rows = rows
    }

    /// Requests nearest to the mean of all, best first; the newest ones where there are no vectors.
    var typical: [Int64] {
        let dimension = self.input.dimension
        var mean = [Float](repeating: 0, count: dimension)
        let rows = self.rows.filter { self.input.hasVector($0) }
        for row in rows {
            for place in 0..<dimension { mean[place] += self.input.vectors[row * dimension + place] }
        }
        guard !rows.isEmpty else { return self.ids(self.rows) { Double(self.input.pairs[$0].id) } }
        let vectors = rows.flatMap { self.input.vectors[$0 * dimension..<($0 + 1) * dimension] }
        let products = UnitRows(vectors, dimension: dimension).products(with: mean)
        let nearness = Dictionary(uniqueKeysWithValues: zip(rows, products))
        return self.ids(rows) { Double(nearness[$0] ?? 0) }
    }

    var mostDivergent: [Int64] { self.ids(self.rows) { self.input.pairs[$0].loss ?? 0 } }

    private func ids(_ rows: [Int], by value: (Int) -> Double) -> [Int64] {
        let order = rows.map { (id: self.input.pairs[$0].id, value: value($0)) }
            .sorted { $0.value != $1.value ? $0.value > $1.value : $0.id < $1.id }
        return order.prefix(Self.most).map(\.id)
    }
}
