/// Whether vectors of two embeddings of the same items can be compared by their angle.
///
/// What all vectors of a side have in common counts for nothing: vectors that all point one way are at small angles in
/// spaces that have nothing to do with each other, and in one space differ in little else than rounding would.
package struct CommonSpace: Sendable {
    /// Neighbours by which spaces are compared that have no angles in common.
    package static let k = 5
    /// How far their correlation must lie above 0, in units of 1/√d: what chance makes of vectors that have nothing to
    /// do with each other is 1 for a single one.
    private static let clearly = 1.5
    /// What vectors of few dimensions can be expected to reach.
    private static let enough = 0.9
    /// What rounding leaves of vectors that are all alike is no spread.
    private static let leastSpread = 1e-12

    /// Mean cosine of an item's two vectors, and of one's with another's.
    package let paired: Double
    package let crossed: Double
    /// The vectors of an item have a direction in common that those of two items have not.
    package let isShared: Bool

    /// Nil when the dimensions differ, or all vectors of a side point one way: then there is nothing to tell by. Cost:
    /// items times the dimensions.
    package init?(_ live: [[Double]], _ candidate: [[Double]]) {
        guard let x = Matrix(live.map(Self.unit)), let y = Matrix(candidate.map(Self.unit)), x.rows == y.rows,
            x.columns == y.columns, x.rows > 1, x.columns > 0
        else { return nil }
        let count = Double(x.rows)
        let (left, right) = (x.centred, y.centred)
        guard min(left.squareSum, right.squareSum) > Self.leastSpread * count else { return nil }
        let covariance = Self.product(left, right)
        let correlation = covariance / (left.squareSum * right.squareSum).squareRoot()
        self.paired = Self.product(x, y) / count
        self.crossed = self.paired - covariance / (count - 1)
        self.isShared = correlation >= min(Self.enough, Self.clearly / Double(x.columns).squareRoot())
    }

    /// Whether the spaces agree on which items are near which: twice as many of the `k` nearest in common as by chance.
    package static func agrees(_ overlap: Double, items: Int) -> Bool {
        overlap >= 2 * Double(Self.k) / Double(items - 1)
    }

    /// Zeros for a vector without a direction.
    private static func unit(_ vector: [Double]) -> [Double] {
        // Scaled by the largest value, so that no square overflows or vanishes.
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard largest > 0, largest.isFinite else { return [Double](repeating: 0, count: vector.count) }
        let length = vector.reduce(0) { $0 + $1 / largest * ($1 / largest) }.squareRoot()
        return vector.map { $0 / largest / length }
    }

    private static func product(_ x: Matrix, _ y: Matrix) -> Double {
        zip(x.values, y.values).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
