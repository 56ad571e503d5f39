import Comparison
import Promotion
import ServingCore
import TestSupport
import Trials

/// One trial from its first pair to the gate's decision, looked at all the way.
struct GateStream {
    struct Result {
        var decision: Verdict.Decision
        /// Pairs when it was decided, or all of them.
        var pairs: Int
        var verdict: Verdict
    }

    let traffic: SimulatedTraffic
    let policy: GatePolicy
    var pairs = 10_000
    /// Pairs between two looks.
    var interval = 100

    func run(seed: UInt64) -> Result {
        var random = SeededRandom(seed: seed)
        var input = GateInput(
            release: Self.release,
            policy: self.policy,
            counts: ShadowCounts(),
            evidence: Evidence(),
            tests: GateEvidence(GateTerms(self.policy, subject: .candidate))
        )
        let gate = Promotion.Gate(self.policy)
        var result = Result(decision: .hold, pairs: self.pairs, verdict: gate.verdict(input))
        for place in 0..<self.pairs {
            let (pair, comparison, loss) = self.traffic.pair(place, &random)
            let repeats = comparison.noise.map { $0.allSatisfy { $0.divergence == 0 } }
            input.evidence.add(pair, comparison, repeats: repeats)
            input.tests.add(GateObservation(pair, comparison))
            if let loss { input.tests.add(loss) }
            input.counts.sampled += 1
            input.counts.paired += 1
            guard (place + 1).isMultiple(of: self.interval) else { continue }
            result.verdict = gate.verdict(input)
            guard result.verdict.decision == .hold else {
                result.decision = result.verdict.decision
                result.pairs = place + 1
                return result
            }
        }
        return result
    }

    private static let release = Release(
        id: 1,
        model: "simulated",
        kind: .candidate,
        live: Release.Side(slot: .blue, version: 1, digest: "a"),
        candidate: Release.Side(slot: .green, version: 2, digest: "b")
    )
}
