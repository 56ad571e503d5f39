/// Pairs of one release with the vectors of their requests.
///
/// The evidence holds at any time only while the pairs reach back to the release's start: where the oldest were let go,
/// what is left is a test of its own.
package struct SliceInput: Sendable {
    /// In any order.
    package var pairs: [SlicePair]
    /// A row of `dimension` values for each pair: of length 1, or all zeros for a request without a vector.
    package var vectors: [Float]
    package var dimension: Int
    /// What the mean divergence of a slice may be, for the evidence that the gate asks for.
    package var margin: Double
    /// Whether live, asked again, always answers alike: then a divergence needs no noise beside it to count.
    package var isDeterministic: Bool
    package var seed: UInt64

    /// Vectors of another size than `pairs.count * dimension` are not used.
    package init(
        pairs: [SlicePair],
        vectors: [Float] = [],
        dimension: Int = 0,
        margin: Double = 0.04,
        isDeterministic: Bool = true,
        seed: UInt64 = 1
    ) {
        self.pairs = pairs
        let (values, overflow) = pairs.count.multipliedReportingOverflow(by: max(0, dimension))
        let fits = dimension > 0 && !overflow && values == vectors.count && vectors.allSatisfy(\.isFinite)
        self.vectors = fits ? vectors : []
        self.dimension = fits ? dimension : 0
        self.margin = margin
        self.isDeterministic = isDeterministic
        self.seed = seed
    }

    func hasVector(_ row: Int) -> Bool {
        self.dimension > 0 && self.vectors[row * self.dimension..<(row + 1) * self.dimension].contains { $0 != 0 }
    }
}
