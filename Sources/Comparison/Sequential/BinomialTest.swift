import Glibc

/// Exact tests and bounds of a rate for a number of trials that was fixed beforehand; not to be looked at while they come in.
/// Events beyond the trials count as all, a chance outside of 0...1 as the nearest end and one that is no number as 0.5.
package enum BinomialTest {
    /// Chance of a count that is at most as likely as `events` of `trials` (scipy's `binomtest`).
    package static func twoSided(events: UInt64, trials: UInt64, chance: Double) -> Double {
        let counts = BinomialCounts(trials: trials, chance: chance)
        let events = min(Double(events), counts.trials)
        guard events != counts.mean else { return 1 }
        // Counts that are as likely but for rounding are as likely: scipy's tolerance.
        let likelihood = counts.log(events) + log1p(1e-7)
        if events < counts.mean {
            let other = Self.first(counts.mean.rounded(.up), counts.trials) { counts.log($0) <= likelihood }
            return min(1, counts.atMost(events) + (other.map { counts.atLeast($0) } ?? 0))
        }
        // Towards 0, as steps down from the mean.
        let top = counts.mean.rounded(.down)
        let steps = Self.first(0, top) { counts.log(top - $0) <= likelihood }
        return min(1, counts.atLeast(events) + (steps.map { counts.atMost(top - $0) } ?? 0))
    }

    /// Chance of `events` or more.
    package static func greater(events: UInt64, trials: UInt64, chance: Double) -> Double {
        let counts = BinomialCounts(trials: trials, chance: chance)
        return counts.atLeast(min(Double(events), counts.trials))
    }

    /// Chance of `events` or fewer.
    package static func less(events: UInt64, trials: UInt64, chance: Double) -> Double {
        let counts = BinomialCounts(trials: trials, chance: chance)
        return counts.atMost(min(Double(events), counts.trials))
    }

    /// McNemar's exact test of paired outcomes, two-sided: whether pairs that differ do so to both sides alike.
    package static func mcNemar(onlyFirst: UInt64, onlySecond: UInt64) -> Double {
        let (sum, overflow) = onlyFirst.addingReportingOverflow(onlySecond)
        return Self.twoSided(events: onlyFirst, trials: overflow ? .max : sum, chance: 0.5)
    }

    /// Clopper and Pearson's interval for the rate.
    package static func interval(events: UInt64, trials: UInt64, alpha: Double) -> (lower: Double, upper: Double) {
        guard trials > 0, alpha > 0, alpha < 1 else { return (0, 1) }
        let counts = { BinomialCounts(trials: trials, chance: $0) }
        let size = counts(0).trials
        let events = min(Double(events), size)
        let rate = events / size
        let lower = Bisection.border(0, rate) { counts($0).atLeast(events) > alpha / 2 }
        let upper = Bisection.border(rate, 1) { counts($0).atMost(events) < alpha / 2 }
        return (events == 0 ? 0 : lower.below, events == size ? 1 : upper.above)
    }

    /// Smallest whole number in `low...high` from which on `isTrue` holds; nil when it never does.
    private static func first(_ low: Double, _ high: Double, _ isTrue: (Double) -> Bool) -> Double? {
        guard low <= high, isTrue(high) else { return nil }
        var (low, high) = (low, high)
        while low < high {
            let middle = low + ((high - low) / 2).rounded(.down)
            if isTrue(middle) { high = middle } else { low = middle + 1 }
        }
        return high
    }
}
