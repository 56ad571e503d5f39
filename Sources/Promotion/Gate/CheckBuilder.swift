import Comparison
import Glibc
import ServingCore
import Trials

/// Turns evidence into the results of all checks.
struct CheckBuilder {
    let policy: GatePolicy
    let input: GateInput
    /// The live version has shown to answer the same bytes when asked again.
    let isDeterministic: Bool
    /// Logarithms of what an e-value must reach.
    let passThreshold: Double
    let failThreshold: Double

    init(_ policy: GatePolicy, _ input: GateInput) {
        self.policy = policy
        self.input = input
        self.isDeterministic = input.evidence.isDeterministic == true
        self.passThreshold = log(1 / policy.alpha)
        self.failThreshold = log(Double(max(1, policy.blockingTests)) / policy.alpha)
    }

    func checks() -> [CheckResult] {
        let all = [
            [self.dataQuality()], self.failures(), self.likeness(), [self.quality()], self.latency(), [self.segments()],
            [self.cloudShift(), self.coverage()],
        ]
        return all.flatMap { $0 }.filter { $0.enforcement != .off }
    }

    /// A check on one mean.
    ///
    /// - Parameters:
    ///   - shares: among how many tests this check's part of alpha is divided.
    ///   - statistic: what the mean is of, for the sentence.
    func meanCheck(
        _ check: GateCheck,
        subject: String? = nil,
        _ test: MarginTest,
        passEvidence: Double? = nil,
        failEvidence: Double? = nil,
        shares: Int = 1,
        statistic: String,
        unit: MeanUnit = .difference
    ) -> CheckResult {
        let rule = self.policy.rule(check)
        let (passes, fails) = (passEvidence ?? test.pass.evidence.log, failEvidence ?? test.fail.evidence.log)
        var result = CheckResult(
            check,
            subject: subject,
            state: .undecided,
            enforcement: rule.enforcement,
            count: test.count,
            minimum: rule.minimum,
            sentence: ""
        )
        result.margin = test.margin
        result.passEvidence = passes.isFinite ? passes : nil
        result.failEvidence = fails.isFinite ? fails : nil
        if fails >= self.failThreshold + log(Double(max(1, shares))) {
            result.state = .fail
        } else if passes >= self.passThreshold, test.count >= rule.minimum {
            result.state = .pass
        }
        if test.count > 0 {
            result.mean = test.mean
            let lower = test.lower(alpha: self.policy.alpha)
            result.lower = unit == .share ? max(0, lower) : lower
            result.upper = test.upper(alpha: self.policy.alpha)
        }
        if result.state == .undecided { self.estimate(&result, test) }
        result.sentence = MeanSentence(statistic: statistic, unit: unit, budget: self.policy.budget).text(result)
        return result
    }

    private func estimate(_ result: inout CheckResult, _ test: MarginTest) {
        let needed =
            test.count == 0 ? result.minimum : test.expected(alpha: self.policy.alpha).map { max($0, result.minimum) }
        guard let needed else { return }
        // A check that has what the formula asks for and still is not decided is close to it.
        result.needed = max(needed, test.count &+ 1)
        result.remaining = self.time(for: needed > test.count ? needed - test.count : 1, of: test.count)
    }

    /// Microseconds until `more` observations have come, at the rate at which `count` did; nil before there is a rate.
    func time(for more: UInt64, of count: UInt64) -> Int64? {
        guard let first = self.input.tests.first, let last = self.input.tests.last, last > first, count > 1 else {
            return nil
        }
        let microseconds = Double(last - first) / Double(count) * Double(more)
        return microseconds < 9e15 ? Int64(microseconds) : nil
    }
}

/// What a mean is.
enum MeanUnit {
    /// Of shares, against live.
    case difference
    /// A share for itself.
    case share
}

/// The sentence of a check on a mean.
struct MeanSentence {
    let statistic: String
    let unit: MeanUnit
    let budget: Int64

    func text(_ result: CheckResult) -> String {
        guard let mean = result.mean, let margin = result.margin else {
            return "\(self.statistic): nothing seen yet; needs \(result.minimum)"
        }
        let signed = self.unit == .difference
        let found = "\(self.statistic) \(Figure.percent(mean, signed: signed))"
        let accepted = "\(Figure.percent(margin)) accepted"
        switch result.state {
        case .pass:
            let upper = result.upper.map { ", at most \(Figure.percent($0, signed: signed))" } ?? ""
            return "\(found)\(upper); \(accepted)"
        case .fail:
            let lower = result.lower.map { ", at least \(Figure.percent($0, signed: signed))" } ?? ""
            return "\(found)\(lower); \(accepted)"
        default: return "\(found); \(accepted); \(self.outlook(result))"
        }
    }

    private func outlook(_ result: CheckResult) -> String {
        guard let needed = result.needed else { return "unlikely to pass at this margin" }
        let more = needed > result.count ? needed - result.count : 1
        guard let remaining = result.remaining else { return "about \(more) more needed" }
        let time = "about \(more) more needed, \(Figure.wait(microseconds: remaining)) at this rate"
        return remaining > self.budget ? "\(time): futile within \(Figure.wait(microseconds: self.budget))" : time
    }
}
