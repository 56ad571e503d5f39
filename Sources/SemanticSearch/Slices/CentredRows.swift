/// A matrix of rows with each column's mean taken off, for products with vectors only.
struct CentredRows {
    private let rows: UnitRows
    let mean: [Float]
    /// Sum of squares of all values.
    let squares: Double

    /// - Parameter values: a whole number of rows.
    init(_ values: [Float], dimension: Int) {
        self.rows = UnitRows(values, dimension: dimension)
        let sums = self.rows.sum(weightedBy: [Float](repeating: 1, count: self.rows.count))
        let count = Float(max(1, self.rows.count))
        self.mean = sums.map { $0 / count }
        let all = values.reduce(0.0) { $0 + Double($1) * Double($1) }
        let means = self.mean.reduce(0.0) { $0 + Double($1) * Double($1) }
        self.squares = max(0, all - Double(self.rows.count) * means)
    }

    func times(_ vector: [Float]) -> [Float] {
        let shift = zip(self.mean, vector).reduce(0) { $0 + $1.0 * $1.1 }
        return self.rows.products(with: vector).map { $0 - shift }
    }

    /// - Parameter weights: One for each row.
    func transposedTimes(_ weights: [Float]) -> [Float] {
        let total = weights.reduce(0, +)
        return zip(self.rows.sum(weightedBy: weights), self.mean).map { $0 - total * $1 }
    }
}
