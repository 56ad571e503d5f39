import Comparison
package import ServingCore
package import Trials

/// After a promotion: is the version that answers clients now worse than the one kept for rollback?
extension Gate {
    /// The checks that look at harm to clients: validity, errors, latency. `evidence` is of the reverse trial, its tests
    /// accuse the live side.
    package func watch(_ evidence: GateInput) -> [CheckResult] {
        let builder = CheckBuilder(self.policy, evidence)
        return (builder.failures() + builder.latency()).filter { $0.check != .cost && $0.enforcement != .off }
    }

    /// What a reverse trial shows, for its report: nothing is to be decided, so it never says promote.
    package func watched(_ evidence: GateInput) -> Verdict {
        let checks = self.watch(evidence)
        let failed = checks.filter { $0.state == .fail }
        var verdict = self.verdict(evidence)
        verdict.decision = failed.isEmpty ? .hold : .reject
        verdict.checks = checks
        verdict.reasons =
            failed.isEmpty
            ? ["this trial watches the version that was promoted, with the standby as witness: no harm is shown"]
            : failed.map { "after its promotion, \($0.title): \($0.sentence)" }
        return verdict
    }

    /// What a promotion that failed under watch leaves behind: the version stays rejected under this policy.
    package func takenBack(_ evidence: GateInput, _ failed: [CheckResult]) -> Verdict {
        var verdict = self.verdict(evidence)
        verdict.decision = .reject
        verdict.checks = failed
        verdict.reasons = failed.map { "after its promotion, \($0.title): \($0.sentence)" }
        // In a reverse trial the version in question is the live one.
        swap(&verdict.inputs.live, &verdict.inputs.candidate)
        return verdict
    }
}
