/// How clearly the discovery half shows that the values of a set lie above those of the rest: the difference of means
/// in standard errors, as drawing without replacement has them. It is what the other half can be expected to find
/// again, so it weighs excess against support without a parameter.
///
/// SliceLine's own score, `a (e_s / e - 1) - (1 - a) (n / n_s - 1)`, was tried: with a = .6 a slice of a tenth of the
/// traffic must diverge 7 times as much as all to count at all, and with any `a` it knows no noise.
package struct SliceScore {
    package let values: [Double]
    private let mean: Double
    private let deviation: Double
    private let largest: Double

    package init(_ values: [Double]) {
        self.values = values
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        self.mean = mean
        self.deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        self.largest = values.max() ?? 0
    }

    /// 0 for an empty set, the set of all, and where all values are equal.
    package func of(_ set: PairBits) -> Double { self.of(count: set.count, sum: set.sum(of: self.values)) }

    package func of(count: Int, sum: Double) -> Double {
        let (size, all) = (Double(count), Double(self.values.count))
        guard count > 0, count < self.values.count, self.deviation > 0 else { return 0 }
        return (sum - size * self.mean) / (self.deviation * (size * (1 - size / all)).squareRoot())
    }

    /// At least the score of any subset of at least `least` members of a set of this size and sum: some of the set's
    /// members have all of the sum, as far as the largest value allows.
    package func bound(count: Int, sum: Double, least: Int) -> Double {
        guard self.deviation > 0, self.largest > 0, count >= least, count > 0 else { return 0 }
        let size = min(Double(count), max(Double(max(1, least)), sum / self.largest))
        let most = min(sum, size * self.largest) - size * self.mean
        let rest = 1 - Double(count) / Double(self.values.count)
        guard rest > 0 else { return .infinity }
        return max(0, most) / (self.deviation * (size * rest).squareRoot())
    }
}
