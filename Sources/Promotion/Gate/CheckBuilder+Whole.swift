import Comparison
import Glibc
import ServingCore
import Trials

/// C0, C8 and C10: what is asked of the trial as a whole.
extension CheckBuilder {
    /// Are the pairs complete? Requests that were dropped for reasons which have nothing to do with them are left out of
    /// the question; the others could be just those that the candidate is bad at.
    func dataQuality() -> CheckResult {
        let rule = self.policy.rule(.dataQuality)
        let counts = self.input.counts
        let unrelated: [ShadowDrop] = [
            .overload, .candidateNotReady, .shutdown, .undecodable, .budget,
        ]
        let innocent = unrelated.reduce(UInt64(0)) { $0 &+ (counts.dropped[$1.rawValue] ?? 0) }
        let lost = counts.droppedTotal &- min(counts.droppedTotal, innocent)
        let wanted = counts.paired &+ lost
        var result = CheckResult(
            .dataQuality,
            state: .undecided,
            enforcement: rule.enforcement,
            count: counts.paired,
            minimum: rule.minimum,
            sentence: ""
        )
        result.margin = rule.margin
        guard wanted > 0 else {
            result.sentence = "no request was mirrored yet"
            return result
        }
        let share = Double(lost) / Double(wanted)
        result.mean = share
        let splitProblem = self.splitProblem
        if counts.paired >= rule.minimum, share <= rule.margin, splitProblem == nil { result.state = .pass }
        if counts.paired < rule.minimum {
            result.needed = rule.minimum
            result.remaining = self.time(for: rule.minimum - counts.paired, of: counts.paired)
        }
        let reasons = counts.dropped.filter { drop in !unrelated.contains { $0.rawValue == drop.key } }
            .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        result.sentence =
            "\(counts.paired) of \(wanted) mirrored requests became pairs"
            + (reasons.isEmpty ? "" : " (\(reasons))")
            + "; \(Figure.percent(rule.margin)) may be lost"
            + (counts.paired < rule.minimum ? ", \(rule.minimum) pairs are needed" : "")
            + (splitProblem.map { "; \($0)" } ?? "")
        return result
    }

    /// Clients do not come to the two sides of a split in the ratio that was set (statistics B7): then what either side shows
    /// cannot be trusted. Each client counts once, because requests of one are no independent draws.
    private var splitProblem: String? {
        guard let split = self.input.split, split.share > 0, split.share < 1 else { return nil }
        let counts = [split.liveClients, split.candidateClients]
        guard var test = SampleRatioTest(proportions: [1 - split.share, split.share]) else { return nil }
        test.observe(counts)
        guard test.evidence.p < Self.sampleRatioP else { return nil }
        let total = Double(counts[0]) + Double(counts[1])
        return "the split is off: \(Figure.percent(Double(counts[1]) / total)) of clients got the candidate, "
            + "\(Figure.percent(split.share)) were meant to"
    }

    private static let sampleRatioP = 0.001

    /// C9: a bet that the two sides of the next pair can be told apart by what was learned from those before.
    func cloudShift() -> CheckResult {
        let rule = self.policy.rule(.cloudShift)
        let cloud = self.input.tests.cloud
        guard let output = self.input.tests.cloudOutput, cloud.count > 0 else {
            var result = self.missing(.cloudShift, "no output of real numbers has come")
            result.state = .absent
            return result
        }
        var result = CheckResult(
            .cloudShift,
            subject: output,
            state: .pass,
            enforcement: rule.enforcement,
            count: cloud.count,
            minimum: rule.minimum,
            sentence: "the answers of the two versions cannot be told apart as clouds"
        )
        result.failEvidence = cloud.evidence.log
        if cloud.count < rule.minimum { result.state = .undecided }
        if cloud.evidence.log >= (rule.enforcement == .block ? self.failThreshold : self.passThreshold) {
            result.state = .fail
            result.sentence =
                "the answers of the two versions can be told apart as clouds: style or calibration has moved"
        }
        return result
    }

    /// Has the trial lasted long enough, and seen what is usually asked?
    func coverage() -> CheckResult {
        let rule = self.policy.rule(.coverage)
        let pairs = self.input.tests.pairs
        let span = self.input.tests.last.map { $0 - (self.input.tests.first ?? $0) } ?? 0
        let isEnough = span >= self.policy.minimumTime && pairs >= rule.minimum
        let usual = self.input.coverage.flatMap { $0.reference >= Self.fewestReferences ? $0 : nil }
        let isUsual = usual.map { $0.share >= Self.usualShare } ?? true
        var result = CheckResult(
            .coverage,
            state: isEnough && isUsual ? .pass : .undecided,
            enforcement: rule.enforcement,
            count: pairs,
            minimum: rule.minimum,
            sentence: "pairs over \(Figure.wait(microseconds: span)) of "
                + "\(Figure.wait(microseconds: self.policy.minimumTime)) that are asked for"
        )
        if pairs < rule.minimum {
            result.needed = rule.minimum
            result.sentence += ", \(pairs) of \(rule.minimum) pairs"
        }
        if let usual {
            result.mean = usual.share
            result.sentence +=
                "; this trial has seen requests like \(Figure.wholePercent(usual.share)) of "
                + "\(Figures.count(usual.reference)) earlier ones"
                + (isUsual ? "" : ", \(Figure.wholePercent(Self.usualShare)) are needed")
        }
        guard !isEnough else { return result }
        let more = rule.minimum - min(rule.minimum, pairs)
        let wait = more > 0 ? self.time(for: more, of: pairs) : 0
        result.remaining = wait.map { max($0, self.policy.minimumTime - span) }
        return result
    }

    /// Of the requests of earlier trials, the share that must have a like one in this trial; with fewer of them the share
    /// says nothing (statistics B14).
    private static let usualShare = 0.9
    private static let fewestReferences: UInt64 = 100
}
