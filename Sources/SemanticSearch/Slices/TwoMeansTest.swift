import Glibc

/// Is the mean of one group of values in 0...1 larger than that of another? Where it is not, some value lies between
/// both means, and against each such value there is a bet that the first mean is above it and one that the second is
/// below. The product of both is an e-process for that value, so the smallest product over all values is one for "the
/// mean is no larger". Bets on the rarer group can be as large as its mean is small: ten flips in a slice where others
/// hardly ever flip are enough.
package struct TwoMeansTest {
    private static let steps = 48

    package let inside: MeanBets
    package let outside: MeanBets

    package init(inside: [Double], outside: [Double]) {
        self.inside = MeanBets(inside)
        self.outside = MeanBets(outside)
    }

    /// Inside less outside.
    package var excess: Double { self.inside.mean - self.outside.mean }

    /// Logarithm of the e-value against "the mean inside is no larger than outside". Cost: some 1,000 operations a
    /// value.
    package var logE: Double {
        guard self.inside.count > 0, self.outside.count > 0 else { return 0 }
        let means = self.means
        // Between two neighbouring means one bet is worth at least what it is at the upper, the other what it is at the
        // lower.
        return zip(means, means.dropFirst()).reduce(Double.infinity) {
            min($0, self.inside.logE(above: $1.1) + self.outside.logE(below: $1.0))
        }
    }

    /// Of the excess; both hold at all times with chance `1 - alpha`.
    package func bounds(alpha: Double) -> (lower: Double, upper: Double) {
        let alpha = alpha / 4
        return (
            self.inside.lower(alpha: alpha) - self.outside.upper(alpha: alpha),
            self.inside.upper(alpha: alpha) - self.outside.lower(alpha: alpha)
        )
    }

    /// From 0 to 1, dense where it matters: around both means. Any choice is valid, a coarse one only loses evidence.
    private var means: [Double] {
        let (low, high) = (min(self.inside.mean, self.outside.mean), max(self.inside.mean, self.outside.mean))
        let start = max(0x1p-20, low / 2)
        let ratio = min(1, max(start * 1.01, high * 2)) / start
        let between = (0...Self.steps).map { start * pow(ratio, Double($0) / Double(Self.steps)) }
        return [0] + between.filter { $0 < 1 } + [1]
    }
}
