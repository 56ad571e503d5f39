package import Comparison
package import ServingCore

/// Everything a verdict rests on: the evidence of one release at one moment, with the policy it was gathered for.
package struct GateInput: Sendable {
    package var release: Release
    package var policy: GatePolicy
    /// What became of the sampled requests.
    package var counts: ShadowCounts
    package var evidence: Evidence
    package var tests: GateEvidence
    /// What became of the split that runs beside the trial; nil without one.
    package var split: SplitCounts?
    /// Discovered parts of the traffic; nil while search has not looked at the release's pairs yet. And how much of the usual
    /// traffic was seen, nil when there is nothing to hold it against.
    package var slices: [SliceEvidence]? = []
    package var coverage: CoverageEvidence?

    package init(
        release: Release,
        policy: GatePolicy,
        counts: ShadowCounts,
        evidence: Evidence,
        tests: GateEvidence
    ) {
        self.release = release
        self.policy = policy
        self.counts = counts
        self.evidence = evidence
        self.tests = tests
    }
}

extension GateInput {
    init(_ release: Release, _ record: TrialRecord) {
        self.init(
            release: release,
            policy: record.gate,
            counts: record.counts,
            evidence: record.evidence,
            tests: record.tests
        )
    }
}
