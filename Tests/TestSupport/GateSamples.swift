package import Comparison
import Promotion
package import ServingCore
package import Trials

extension GateInput {
    /// Of a release without a pair.
    package static func sample(
        _ policy: GatePolicy = GatePolicy(),
        release: Release = .sample(),
        subject: GateTerms.Subject = .candidate
    ) -> GateInput {
        GateInput(
            release: release,
            policy: policy,
            counts: ShadowCounts(),
            evidence: Evidence(),
            tests: GateEvidence(GateTerms(policy, subject: subject))
        )
    }
}

extension Verdict {
    /// About model `digits`, with one check and one reason.
    package static func sample(_ decision: Decision = .hold, release: Release = .sample()) -> Verdict {
        let state: CheckResult.State = decision == .promote ? .pass : decision == .reject ? .fail : .undecided
        return Verdict(
            model: release.model,
            release: release.id,
            mode: .noninferiority,
            decision: decision,
            reasons: ["C2 errors: as the sample says"],
            checks: [
                CheckResult(.errors, state: state, enforcement: .block, count: 10, minimum: 1_000, sentence: "a sample")
            ],
            inputs: Inputs(
                live: release.live,
                candidate: release.candidate,
                policy: "p",
                from: 1,
                until: 2,
                counts: ShadowCounts(),
                pairs: 10,
                compared: 10,
                triples: 1
            ),
            worst: []
        )
    }
}

extension StoredVerdict {
    /// Number 7, not signed.
    package static func sample(_ decision: Verdict.Decision = .promote) -> StoredVerdict {
        let verdict = Verdict.sample(decision)
        return StoredVerdict(
            id: 7,
            model: verdict.model,
            release: verdict.release,
            decision: decision,
            candidate: verdict.inputs.candidate.digest,
            live: verdict.inputs.live.digest,
            policy: verdict.inputs.policy,
            created: 1_700_000_000_000_000,
            expires: 1_700_003_600_000_000,
            body: verdict.encoded()
        )
    }
}
