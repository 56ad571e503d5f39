/// The best translation, scaling and rotation of the candidate's vectors onto live's, and what is left of each item.
struct ProcrustesFit {
    /// Beyond it the rotation takes too long.
    private static let mostDimensions = 512

    /// 0...1, as `Alignment.procrustes`.
    let disparity: Double
    /// One for each item; their mean is the disparity.
    let residuals: [Double]

    /// Nil when the dimensions differ or are more than 512, or all items of a side are equal. Cost: items times the
    /// square of the dimensions, and some 40 times their cube.
    init?(_ items: [SpaceItem]) {
        guard let dimension = items.first?.live.count, (1...Self.mostDimensions).contains(dimension),
            items.allSatisfy({ $0.live.count == dimension && $0.candidate.count == dimension }),
            let live = Self.standardised(items.map(\.live)), let candidate = Self.standardised(items.map(\.candidate))
        else { return nil }
        var products = SquareMatrix(size: dimension)
        for (one, other) in zip(candidate, live) { products.add(outerProductOf: one, other) }
        let rotation = products.polarFactor()
        let scale = rotation.innerProduct(products)
        self.disparity = min(1, max(0, 1 - scale * scale))
        let count = Double(items.count)
        self.residuals = zip(live, candidate).map { live, candidate in
            let turned = rotation.transposedTimes(candidate)
            return count * zip(live, turned).reduce(0) { $0 + ($1.0 - scale * $1.1) * ($1.0 - scale * $1.1) }
        }
    }

    /// Centred, with squares that sum to 1.
    private static func standardised(_ rows: [[Double]]) -> [[Double]]? {
        var mean = [Double](repeating: 0, count: rows.first?.count ?? 0)
        for row in rows {
            for place in mean.indices { mean[place] += row[place] / Double(rows.count) }
        }
        let centred = rows.map { row in zip(row, mean).map { $0 - $1 } }
        let squares = Self.squares(centred)
        // What rounding leaves of equal rows is no spread.
        guard squares.isFinite, squares > 1e-20 * Self.squares(rows) else { return nil }
        let length = squares.squareRoot()
        return centred.map { $0.map { $0 / length } }
    }

    private static func squares(_ rows: [[Double]]) -> Double {
        rows.reduce(0) { sum, row in row.reduce(sum) { $0 + $1 * $1 } }
    }
}
