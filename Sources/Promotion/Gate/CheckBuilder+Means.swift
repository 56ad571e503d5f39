import Comparison
import Glibc
import ServingCore
import Trials

/// C1 to C5: means over pairs.
extension CheckBuilder {
    func failures() -> [CheckResult] {
        let tests = self.input.tests
        return [
            self.meanCheck(.validity, tests.validity, statistic: "invalid answers"),
            self.meanCheck(.errors, tests.errors, statistic: "errors and time-outs"),
        ]
    }

    /// C3 for each output, and C4.
    func likeness() -> [CheckResult] {
        let tests = self.input.tests
        var results: [CheckResult] = []
        let compared = tests.outputs
        for output in compared {
            results.append(
                self.excessCheck(.divergence, output.name, output.divergence, shares: compared.count, "divergence")
            )
            guard let flips = output.flips else { continue }
            let classed = compared.filter { $0.flips != nil }.count
            results.append(self.excessCheck(.flips, output.name, flips, shares: classed, "other classes"))
        }
        if compared.isEmpty {
            results.append(self.missing(.divergence, "no output has been compared yet"))
        }
        results.append(self.excessCheck(.tail, nil, tests.tail, shares: 1, "answers that changed completely"))
        return results
    }

    private func excessCheck(
        _ check: GateCheck,
        _ subject: String?,
        _ test: ExcessTest,
        shares: Int,
        _ what: String
    ) -> CheckResult {
        self.meanCheck(
            check,
            subject: subject,
            test.shown(isDeterministic: self.isDeterministic),
            passEvidence: test.passEvidence,
            failEvidence: test.failEvidence(isDeterministic: self.isDeterministic),
            shares: shares,
            statistic: self.isDeterministic ? what : "\(what) beyond noise",
            unit: self.isDeterministic ? .share : .difference
        )
    }

    func quality() -> CheckResult {
        let rule = self.policy.rule(.quality)
        guard self.input.tests.quality.count == 0 else {
            return self.meanCheck(.quality, self.input.tests.quality, statistic: "loss against feedback")
        }
        let isNeeded = self.policy.mode == .noninferiority && !self.policy.acceptsUnlabelled
        var result = CheckResult(
            .quality,
            state: isNeeded ? .undecided : .absent,
            enforcement: rule.enforcement,
            minimum: rule.minimum,
            sentence: isNeeded
                ? "no label or score has come: send feedback, or set `acceptUnlabelled: true` in the manifest's gate"
                : "no label or score has come; not needed"
        )
        result.margin = rule.margin
        return result
    }

    /// A check there is nothing for yet.
    func missing(_ check: GateCheck, _ sentence: String) -> CheckResult {
        let rule = self.policy.rule(check)
        return CheckResult(
            check,
            state: .undecided,
            enforcement: rule.enforcement,
            minimum: rule.minimum,
            sentence: sentence
        )
    }
}
