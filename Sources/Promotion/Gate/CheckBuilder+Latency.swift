import Comparison
import Glibc
import ServingCore
import Trials

/// C6 and C7: run times of the candidate against the live version's.
extension CheckBuilder {
    func latency() -> [CheckResult] { [self.median(), self.tailQuantile(), self.cost()] }

    /// How often the candidate is slower than ratio and slack allow: more than half the time when its median is.
    private func median() -> CheckResult {
        let rule = self.policy.rule(.latencyMedian)
        let test = self.input.tests.slower
        guard test.count > 0 else { return self.missing(.latencyMedian, Self.noBaseline) }
        var result = self.meanCheck(.latencyMedian, test, statistic: "slower answers", unit: .share)
        let slack = Figure.time(nanoseconds: self.policy.medianSlack)
        result.sentence =
            "slower than \(Figure.ratio(rule.margin)) times live plus \(slack): " + result.sentence
        return result
    }

    private static let noBaseline = "no time of a live version asked again: mirror with a share of `noise` above 0"

    /// The accused side's times, and the others they are held against.
    private var sides: (LegLatency, LegLatency) {
        let latency = self.input.evidence.latency
        guard self.input.tests.terms.subject == .candidate else { return (latency.noise, latency.candidate) }
        return (latency.candidate, self.policy.latencyBaseline == .repeated ? latency.noise : latency.live)
    }

    /// Bounds of both sides' quantile at half of alpha each (statistics B4).
    private func tailQuantile() -> CheckResult {
        let rule = self.policy.rule(.latencyTail)
        let (candidate, live) = self.sides
        guard live.count > 0 else { return self.missing(.latencyTail, Self.noBaseline) }
        var result = CheckResult(
            .latencyTail,
            state: .undecided,
            enforcement: rule.enforcement,
            count: candidate.count,
            minimum: rule.minimum,
            sentence: ""
        )
        let own = TailBounds(candidate, alpha: self.policy.alpha / 2)
        let other = TailBounds(live, alpha: self.policy.alpha / 2)
        let strict = self.policy.alpha / 2 / Double(max(1, self.policy.blockingTests))
        let ownStrict = TailBounds(candidate, alpha: strict)
        let otherStrict = TailBounds(live, alpha: strict)
        result.margin = rule.margin
        if other.value > 0 {
            result.mean = Double(own.value) / Double(other.value)
            if other.upper.map({ $0 > 0 }) == true { result.lower = own.lower.over(other.upper) }
            if other.lower > 0 { result.upper = own.upper.map { Double($0) / Double(other.lower) } }
        }
        if let upper = own.upper, candidate.count >= rule.minimum, upper <= self.allowed(other.lower, rule) {
            result.state = .pass
        } else if let limit = otherStrict.upper, ownStrict.lower > self.allowed(limit, rule) {
            result.state = .fail
        } else {
            let wanted = own.upper == nil ? rule.minimum : candidate.count &* 2
            result.needed = max(wanted, candidate.count &+ 1)
            result.remaining = self.time(for: max(1, wanted &- min(wanted, candidate.count)), of: candidate.count)
        }
        let slack = Figure.time(nanoseconds: self.policy.tailSlack)
        let upper = own.upper.map { "at most \(Figure.time(nanoseconds: $0))" } ?? "no upper bound yet"
        result.sentence =
            "p99 \(Figure.time(nanoseconds: own.value)) (\(upper)) against \(Figure.time(nanoseconds: other.value)) "
            + "of live; \(Figure.ratio(rule.margin)) times or \(slack) more accepted"
            + (result.state == .undecided ? "; more pairs needed" : "")
        return result
    }

    private func allowed(_ nanoseconds: UInt64, _ rule: GatePolicy.Rule) -> UInt64 {
        let byRatio = min(Double(nanoseconds) * rule.margin, 9e18)
        return max(UInt64(byRatio), nanoseconds &+ min(self.policy.tailSlack, 1 << 62))
    }

    /// Pairs at which a decision is expected: there the bounds are narrowest.
    private static let expected = 5_000.0
    private static let fewest: UInt64 = 200

    /// Mean of the logarithm of the paired ratio, by an asymptotic confidence sequence, which says nothing before 200 pairs
    /// (statistics B2.2).
    private func cost() -> CheckResult {
        let rule = self.policy.rule(.cost)
        let moments = self.input.evidence.latency.candidateByNoise
        guard moments.count > 1 else { return self.missing(.cost, Self.noBaseline) }
        var result = CheckResult(
            .cost,
            state: .undecided,
            enforcement: rule.enforcement,
            count: moments.count,
            minimum: max(rule.minimum, Self.fewest),
            sentence: ""
        )
        let isCandidate = self.input.tests.terms.subject == .candidate
        let mean = isCandidate ? moments.mean : -moments.mean
        let found = "run time \(Figure.ratio(exp(mean))) times live's"
        result.margin = rule.margin
        result.mean = exp(mean)
        guard moments.count >= result.minimum else {
            result.needed = result.minimum
            result.remaining = self.time(for: result.minimum - moments.count, of: moments.count)
            result.sentence = "\(found) so far; \(result.minimum) pairs are needed"
            return result
        }
        let width = AsymptoticSequence.oneSidedHalfWidth(
            count: Double(moments.count),
            alpha: self.policy.alpha,
            expected: Self.expected
        )
        let (lower, upper) = (exp(mean - width * moments.deviation), exp(mean + width * moments.deviation))
        result.lower = lower
        result.upper = upper.isFinite ? upper : nil
        if upper <= rule.margin { result.state = .pass }
        if lower > rule.margin { result.state = .fail }
        result.sentence =
            "\(found) (\(Figure.ratio(lower)) to \(Figure.ratio(upper))); \(Figure.ratio(rule.margin)) accepted"
        return result
    }
}

/// The 99th percentile of one leg with its bounds, nanoseconds.
private struct TailBounds {
    let value: UInt64
    let lower: UInt64
    /// Nil while there are too few answers for one.
    let upper: UInt64?

    init(_ latency: LegLatency, alpha: Double) {
        let ranks =
            QuantileSequence(quantile: 0.99, alpha: alpha)?.ranks(count: latency.count) ?? (lower: nil, upper: nil)
        let middle = UInt64((0.99 * Double(latency.count)).rounded(.up))
        let values = latency.values(atRanks: [ranks.lower ?? 0, middle, ranks.upper ?? middle])
        self.lower = ranks.lower == nil ? 0 : values[0]
        self.value = values[1]
        self.upper = ranks.upper == nil ? nil : values[2]
    }
}

extension UInt64 {
    fileprivate func over(_ other: UInt64?) -> Double? { other.map { Double(self) / Double($0) } }
}
