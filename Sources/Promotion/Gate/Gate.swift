import Comparison
package import ServingCore
package import Trials

/// May the candidate go live? A pure function of evidence and policy (statistics B14): reject when a blocking check has
/// failed, promote when all have passed, hold otherwise, each with reasons.
///
/// With alpha the policy's: a candidate that is worse than a margin is promoted with probability at most alpha, however
/// often one looks, because every blocking check must pass; one that is within all margins, of validity a fifth, is rejected
/// with probability at most alpha, because the blocking checks share it. Segments have a false discovery rate of their own, 10 % (statistics
/// B8), against twice the margins.
package struct Gate: Sendable {
    package let policy: GatePolicy
    /// Lower-case hex SHA-256 of the policy.
    package let digest: String

    package init(_ policy: GatePolicy) {
        self.policy = policy
        self.digest = policy.digest
    }

    /// - Parameter rejection: number and time of an earlier rejection of the same candidate under the same policy. It
    ///   stands until one of the two changes.
    package func verdict(_ evidence: GateInput, rejection: StoredVerdict? = nil) -> Verdict {
        let checks = CheckBuilder(self.policy, evidence).checks().sorted { $0.order < $1.order }
        let tripwire = self.tripwire(evidence.tests)
        let failed = checks.filter { $0.enforcement == .block && $0.state == .fail }
        let open = checks.filter { $0.enforcement == .block && $0.state == .undecided }
        var reasons: [String] = []
        let decision: Verdict.Decision
        if rejection != nil || tripwire != nil || !failed.isEmpty {
            decision = .reject
        } else {
            decision = open.isEmpty ? .promote : .hold
        }
        if let tripwire { reasons.append(tripwire) }
        reasons += failed.map { "\($0.title): \($0.sentence)" }
        // What is wrong with it says more than that it was said before.
        if let rejection {
            reasons.append(
                "this version was rejected under this policy before (verdict \(rejection.id)): that stands until the "
                    + "version or the policy changes"
            )
        }
        if decision == .hold { reasons += open.map { "\($0.title): \($0.sentence)" } }
        if decision == .promote { reasons.append(Self.praise(checks)) }
        return Verdict(
            model: evidence.release.model,
            release: evidence.release.id,
            mode: self.policy.mode,
            decision: decision,
            reasons: reasons,
            checks: checks,
            inputs: self.inputs(evidence),
            worst: evidence.evidence.worst.entries.map {
                Verdict.WorstPair(id: $0.id, divergence: $0.divergence, sentence: $0.sentence)
            }
        )
    }

    /// What ends a trial at once: a candidate that has not given one valid answer, or gives invalid ones beyond doubt.
    private func tripwire(_ tests: GateEvidence) -> String? {
        guard self.policy.rule(.validity).enforcement == .block else { return nil }
        if tests.failedFromStart >= 20 {
            return "the first \(tests.failedFromStart) pairs all got an error or an invalid answer"
        }
        let rate = BetaBinomialSequence(events: tests.invalid, trials: tests.pairs)
        let lower = rate.lower(alpha: self.policy.alpha / Double(max(1, self.policy.blockingTests)))
        // Live's own invalid answers, where the candidate's were valid, count against it.
        let reverse = max(0, (rate.rate ?? 0) - tests.validity.mean)
        guard lower > max(Self.invalidRate, self.policy.rule(.validity).margin / 5) + reverse else { return nil }
        let (share, least) = (Figure.percent(rate.rate ?? 0), Figure.percent(lower))
        return "\(share) of the answers are invalid where live's are not, at least \(least)"
    }

    /// Above it, or a fifth of the margin, invalid answers trip the wire.
    private static let invalidRate = 0.001

    private static func praise(_ checks: [CheckResult]) -> String {
        let passed = checks.filter { $0.enforcement == .block && $0.state == .pass }.count
        return "all \(passed) blocking checks passed"
    }

    private func inputs(_ evidence: GateInput) -> Verdict.Inputs {
        Verdict.Inputs(
            live: evidence.release.live,
            candidate: evidence.release.candidate,
            policy: self.digest,
            from: evidence.tests.first,
            until: evidence.tests.last,
            counts: evidence.counts,
            pairs: evidence.tests.pairs,
            compared: evidence.evidence.compared,
            triples: evidence.evidence.triples
        )
    }
}

extension CheckResult {
    fileprivate var order: (GateCheck, String) { (self.check, self.subject ?? "") }
}
