import Comparison
import Glibc
import ServingCore
import Trials

/// C8: parts of the traffic, those that are declared and those that search has found.
extension CheckBuilder {
    /// E-values of each part against "no worse than twice what the whole may be", all under one false discovery rate
    /// (statistics B8). Where divergence is no reason to reject, discovered slices are mentioned and decide nothing.
    func segments() -> CheckResult {
        let rule = self.policy.rule(.segments)
        let tests = self.input.tests
        let support = max(rule.minimum, tests.pairs / 100)
        let large = tests.segments.filter { $0.pairs >= support }
        let slices = self.slices(rule.minimum)
        let judged = self.judgesDivergence ? slices.comparable : []
        var result = CheckResult(
            .segments,
            state: .absent,
            enforcement: rule.enforcement,
            count: UInt64(large.count + judged.count),
            minimum: 1,
            sentence: ""
        )
        result.margin = rule.margin
        // Before a restart a slice may have been reason to reject.
        let waits = self.judgesDivergence && self.input.slices == nil
        guard !tests.segments.isEmpty || !self.found.isEmpty || waits else {
            result.sentence = "no segments are declared, or no request had one"
            return result
        }
        let parts = large.flatMap { self.evidence(of: $0) } + judged.map(Self.evidence)
        let rejected = Self.rejected(parts)
        if let worst = rejected.max(by: { $0.logE < $1.logE }) {
            result.state = .fail
            result.failEvidence = worst.logE
            let names = Set(rejected.map(\.name)).sorted()
            result.subject = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", ..." : "")
            result.sentence = worst.sentence + (names.count > 1 ? "; and \(names.count - 1) more segments" : "")
        } else if waits {
            result.state = .undecided
            result.sentence = "search has not looked at this trial's requests yet"
        } else {
            result.state = .pass
            result.sentence = self.praise(segments: large.count, slices: judged.count, rule.minimum)
            if !self.judgesDivergence { result.sentence += Self.mention(slices.comparable) }
        }
        result.sentence += self.otherMargins(slices.others)
        return result
    }

    private static let discoveryRate = 0.1

    private var found: [SliceEvidence] { self.input.slices ?? [] }

    /// As for declared segments.
    private var judgesDivergence: Bool { self.policy.rule(.divergence).enforcement == .block }

    /// What is said of one part of the traffic.
    private struct PartEvidence {
        var name: String
        var what: String
        var logE: Double
        var mean: Double
        var margin: Double

        var sentence: String {
            "\(self.name): \(self.what) \(Figure.percent(self.mean)), \(Figure.percent(self.margin)) accepted for a segment"
        }
    }

    private static func rejected(_ parts: [PartEvidence]) -> [PartEvidence] {
        EValues.rejected(parts.map { exp(min($0.logE, 700)) }, alpha: self.discoveryRate).map { parts[$0] }
    }

    private func praise(segments: Int, slices: Int, _ minimum: UInt64) -> String {
        var counted: [String] = []
        if !self.input.tests.segments.isEmpty { counted.append("\(segments) segments") }
        if self.judgesDivergence, !self.found.isEmpty { counted.append("\(slices) discovered slices") }
        guard !counted.isEmpty else { return "no segments are declared, or no request had one" }
        let parts = counted.joined(separator: " and ")
        return "none of \(parts) with \(minimum) pairs and 1 % or more is worse than allowed"
    }

    // MARK: Declared

    private func evidence(of tests: SegmentTests) -> [PartEvidence] {
        let name = "\(tests.segment.key)=\(tests.segment.value)"
        var values = [self.value(name, "errors and invalid answers", tests.failures)]
        if tests.quality.count > 0 { values.append(self.value(name, "loss against feedback", tests.quality)) }
        guard self.judgesDivergence else { return values }
        let shown = tests.divergence.shown(isDeterministic: self.isDeterministic)
        var value = self.value(name, "divergence", shown)
        value.logE = tests.divergence.failEvidence(isDeterministic: self.isDeterministic)
        values.append(value)
        return values
    }

    private func value(_ name: String, _ what: String, _ test: MarginTest) -> PartEvidence {
        PartEvidence(
            name: name,
            what: what,
            logE: test.fail.evidence.log,
            mean: test.mean,
            margin: test.margin
        )
    }

    // MARK: Discovered

    /// Large ones with evidence against the policy's margin, and with evidence against another. Search looks at the newest
    /// pairs alone, so a share is one of those.
    private func slices(_ minimum: UInt64) -> (comparable: [SliceEvidence], others: [SliceEvidence]) {
        let large = self.found.filter { $0.pairs >= minimum && $0.share >= 0.01 }
        let margin = self.policy.sliceMargin
        // Both are the same product; a stored one may have been rounded.
        let isComparable = { (slice: SliceEvidence) in abs(slice.margin - margin) <= 1e-9 * max(1, abs(margin)) }
        return (large.filter(isComparable), large.filter { !isComparable($0) })
    }

    /// Already weighted for the times its slices were looked for.
    private static func evidence(of slice: SliceEvidence) -> PartEvidence {
        PartEvidence(
            name: "slice \"\(slice.label)\"",
            what: "divergence",
            // A verdict's figures are finite, what is no e-value is no evidence.
            logE: slice.failE > 0 ? min(log(slice.failE), 700) : -.infinity,
            mean: slice.mean,
            margin: slice.margin
        )
    }

    private static func mention(_ slices: [SliceEvidence]) -> String {
        let found = self.rejected(slices.map(self.evidence))
        guard let worst = found.max(by: { $0.mean < $1.mean }) else { return "" }
        let more = found.count > 1 ? " and \(found.count - 1) more" : ""
        return
            "; the answers differ most in \(worst.name) (divergence \(Figure.percent(worst.mean)))\(more), which this "
            + "mode accepts"
    }

    private func otherMargins(_ slices: [SliceEvidence]) -> String {
        guard let first = slices.first else { return "" }
        let (which, they) = slices.count == 1 ? ("1 slice was", "it does") : ("\(slices.count) slices were", "they do")
        return "; \(which) held against a margin of \(Figure.percent(first.margin)) where the policy has "
            + "\(Figure.percent(self.policy.sliceMargin)): \(they) not count until search has looked again"
    }
}
