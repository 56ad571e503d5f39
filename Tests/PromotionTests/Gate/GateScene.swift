import Comparison
import Promotion
import ServingCore
import TestSupport
import Trials

/// Evidence that grows as a trial's does, and what the gate says about it.
struct GateScene {
    var input: GateInput
    private var random: SeededRandom

    init(_ policy: GatePolicy = Self.small(), subject: GateTerms.Subject = .candidate, seed: UInt64 = 1) {
        self.input = .sample(policy, subject: subject)
        self.random = SeededRandom(seed: seed)
    }

    /// Decided after some hundred pairs: wide margins, small minimums, no minimum time.
    static func small(_ mode: GatePolicy.Mode = .equivalence) -> GatePolicy {
        var policy = GatePolicy(mode: mode)
        policy.minimumTime = 0
        for check in GateCheck.allCases where check != .coverage {
            policy.rules[check]?.minimum = 100
            if [.validity, .errors, .divergence, .flips, .tail, .quality].contains(check) {
                policy.rules[check]?.margin = 0.1
            }
        }
        policy.rules[.latencyTail]?.margin = 2
        policy.tailSlack = 50_000_000
        return policy
    }

    /// One pair a second.
    mutating func add(_ count: Int, of traffic: SimulatedTraffic = SimulatedTraffic()) {
        for _ in 0..<count {
            let (pair, comparison, loss) = traffic.pair(Int(self.input.tests.pairs), &self.random)
            let repeats = comparison.noise.map { $0.allSatisfy { $0.divergence == 0 } }
            self.input.evidence.add(pair, comparison, repeats: repeats)
            self.input.tests.add(GateObservation(pair, comparison))
            if let loss { self.input.tests.add(loss) }
            self.input.counts.sampled += 1
            self.input.counts.paired += 1
        }
    }

    /// Pairs of which nothing is known but their outcomes; 100 a second.
    mutating func add(_ count: Int, live: Leg.Outcome = .answered, candidate: Leg.Outcome = .answered) {
        for _ in 0..<count {
            let id = Int64(self.input.tests.pairs + 1) * 10_000
            self.input.tests.add(GateObservation(id: id, live: live, candidate: candidate))
            self.input.counts.sampled += 1
            self.input.counts.paired += 1
        }
    }

    func verdict(rejection: StoredVerdict? = nil) -> Verdict {
        Promotion.Gate(self.input.policy).verdict(self.input, rejection: rejection)
    }

    func check(_ check: GateCheck) -> CheckResult? { self.verdict().checks.first { $0.check == check } }

    /// Of the checks that block, those that are in `state`.
    func blocking(_ state: CheckResult.State) -> Set<GateCheck> {
        Set(self.verdict().checks.filter { $0.enforcement == .block && $0.state == state }.map(\.check))
    }
}

extension GatePolicy {
    func with(_ change: (inout GatePolicy) -> Void) -> GatePolicy {
        var policy = self
        change(&policy)
        return policy
    }

    func with(_ check: GateCheck, _ enforcement: Enforcement) -> GatePolicy {
        self.with { $0.rules[check]?.enforcement = enforcement }
    }
}
