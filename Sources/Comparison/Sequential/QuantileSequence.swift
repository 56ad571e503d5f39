import Glibc

/// Confidence sequence for a quantile of values that are only counted by size: the ranks between which it lies. Needs nothing
/// about their distribution (Howard & Ramdas, 1906.09712, with the beta-binomial mixture).
package struct QuantileSequence: Sendable, Equatable {
    /// Beyond 2^53 a double cannot count.
    private static let most: UInt64 = 1 << 53

    package let quantile: Double
    package let alpha: Double
    private let mixture: BetaMixture

    /// Nil unless `quantile` and `alpha` lie between 0 and 1.
    /// - Parameters:
    ///   - alpha: Chance that one of both bounds ever fails.
    ///   - expected: How many values there are expected to be when it is decided: there the bounds are narrowest.
    package init?(quantile: Double, alpha: Double, expected: Double = 10_000) {
        guard quantile > 0, quantile < 1, alpha > 0, alpha < 1, expected > 0, expected.isFinite else { return nil }
        self.quantile = quantile
        self.alpha = alpha
        let variance = quantile * (1 - quantile)
        let threshold = -2 * log(alpha)
        // The tuning of confseq's beta_binomial_mixture_bound.
        let best = variance * expected / (threshold + log1p(threshold)) - variance
        let weight = max(best, 1e-3 * variance)
        self.mixture = BetaMixture(successes: weight / (1 - quantile), failures: weight / quantile)
    }

    /// Ranks, from 1, of the values between which the quantile lies among `count`; nil where there is no such bound yet.
    package func ranks(count: UInt64) -> (lower: UInt64?, upper: UInt64?) {
        guard count > 0, count <= Self.most else { return (nil, nil) }
        let size = Double(count)
        let middle = self.quantile * size
        let above = self.distance(size, from: middle, room: size - middle, 1)
        let below = self.distance(size, from: middle, room: middle, -1)
        let lower = below.flatMap { UInt64(exactly: (middle - $0 + 1).rounded(.down)) }
        let upper = above.flatMap { UInt64(exactly: min(size, (middle + $0).rounded(.up))) }
        return (lower, upper)
    }

    /// Values between which the quantile lies; nil where there is no such bound yet.
    /// - Parameter buckets: Values in ascending order, each with how often it was seen.
    package func bounds<Value>(
        of buckets: some Sequence<(value: Value, count: UInt64)>,
        count: UInt64
    ) -> (lower: Value?, upper: Value?) {
        let ranks = self.ranks(count: count)
        var (lower, upper): (Value?, Value?) = (nil, nil)
        var seen: UInt64 = 0
        for bucket in buckets {
            let (next, overflow) = seen.addingReportingOverflow(bucket.count)
            seen = overflow ? .max : next
            if let rank = ranks.lower, lower == nil, seen >= rank { lower = bucket.value }
            if let rank = ranks.upper, upper == nil, seen >= rank { upper = bucket.value }
            if seen >= ranks.upper ?? ranks.lower ?? 0 { break }
        }
        return (lower, upper)
    }

    /// How far the number of values up to the quantile can be from `middle` in this direction before it is rejected; nil
    /// when there is no `room` for that.
    private func distance(_ size: Double, from middle: Double, room: Double, _ direction: Double) -> Double? {
        let isRejected = { (distance: Double) in
            let successes = min(size, max(0, middle + direction * distance))
            let evidence = self.mixture.log(
                successes: successes,
                failures: size - successes,
                chance: self.quantile
            )
            return evidence >= -log(self.alpha)
        }
        return isRejected(room) ? Bisection.border(0, room, isRejected).above : nil
    }
}
