import Comparison
import Promotion
import ServingCore
import TestSupport
import Trials

extension ReleaseReport {
    /// A candidate that names other classes and is slow, with something in each field.
    static func sample() -> ReleaseReport {
        var report = ReleaseReport(
            verdict: .sample(),
            stored: .sample(),
            trial: .detailed(),
            latency: Evidence().latency,
            pairs: [.sample(), .probabilities(), .text(), .failed()],
            audit: AuditEntry.samples,
            feedback: FeedbackFigures(pairs: 320, liveLoss: 0.0312, candidateLoss: 0.0581),
            slices: .sample(),
            gateway: "0.4.0",
            generated: 1_700_004_000_000_000
        )
        report.latency = .sample()
        return report
    }

    /// Nothing was mirrored yet.
    static func empty() -> ReleaseReport {
        ReleaseReport(
            verdict: Verdict(
                model: "digits",
                release: Release.sample().id,
                mode: .noninferiority,
                decision: .hold,
                reasons: ["no pair yet"],
                checks: [],
                inputs: .of(pairs: 0),
                worst: []
            ),
            stored: nil,
            trial: .untouched(),
            latency: Evidence().latency,
            pairs: [],
            audit: [],
            feedback: nil,
            gateway: "0.4.0",
            generated: 1_700_000_000_000_000
        )
    }
}

extension Verdict {
    fileprivate static func sample() -> Verdict {
        Verdict(
            model: "digits",
            release: Release.sample().id,
            mode: .noninferiority,
            decision: .reject,
            reasons: [
                "C6 latency_p99: the candidate's p99 is 1.71 times live's, and the margin is 1.10",
                "C8 segments(tenant=acme): 10.1 % of the pairs of `tenant=acme` name another class, 2.8 % of all do",
            ],
            checks: CheckResult.samples,
            inputs: .of(pairs: 12_340),
            worst: [
                WorstPair(
                    id: CapturedPair.Summary.sample().id,
                    divergence: 1,
                    sentence: "output `label`: `3` became `8`"
                ),
                WorstPair(
                    id: 1_700_000_000_000_009,
                    divergence: 0.82,
                    sentence: "output `probabilities`: `3` became `8`"
                ),
                WorstPair(id: 1_700_000_000_000_031, divergence: 0.4, sentence: "output `note`: `$.ok` is missing"),
            ]
        )
    }
}

extension Verdict.Inputs {
    fileprivate static func of(pairs: UInt64) -> Verdict.Inputs {
        var counts = ShadowCounts()
        counts.sampled = pairs
        counts.paired = pairs
        return Verdict.Inputs(
            live: Release.sample().live,
            candidate: Release.sample().candidate,
            policy: String(repeating: "0f", count: 32),
            from: pairs == 0 ? nil : 1_700_000_000_000_000,
            until: pairs == 0 ? nil : 1_700_003_900_000_000,
            counts: counts,
            pairs: pairs,
            compared: pairs / 100 * 99,
            triples: pairs / 10
        )
    }
}

extension StoredVerdict {
    fileprivate static func sample() -> StoredVerdict {
        StoredVerdict(
            id: 12,
            model: "digits",
            release: Release.sample().id,
            decision: .reject,
            candidate: String(repeating: "cd", count: 32),
            live: String(repeating: "ab", count: 32),
            policy: String(repeating: "0f", count: 32),
            created: 1_700_003_900_000_000,
            expires: 1_700_007_500_000_000,
            body: [],
            signature: Array(0..<32)
        )
    }
}

extension AuditEntry {
    fileprivate static var samples: [AuditEntry] {
        var promote = AuditEntry(
            at: 1_700_003_950_000_000,
            model: "digits",
            action: "promote",
            actor: "mira@example.com",
            revision: 4
        )
        promote.id = 17
        promote.reason = "incident 4411: the old model is worse than a slow one"
        promote.forced = true
        promote.slot = .green
        (promote.liveBefore, promote.liveAfter) = (.blue, .green)
        promote.version = 2
        promote.digests = ["blue": String(repeating: "ab", count: 32), "green": String(repeating: "cd", count: 32)]
        promote.detail = "over verdict 12, which was reject"
        promote.verdict = 12
        var load = AuditEntry(
            at: 1_700_000_000_000_000,
            model: "digits",
            action: "loaded",
            actor: "gateway",
            revision: 3
        )
        load.id = 16
        load.slot = .green
        load.version = 2
        (load.liveBefore, load.liveAfter) = (.blue, .blue)
        return [promote, load]
    }
}

extension LatencyCurves {
    fileprivate static func sample() -> LatencyCurves {
        var random = SeededRandom(seed: 7)
        return LatencyCurves(
            live: .sample(around: 7_800, spread: 0.22, count: 12_340, &random),
            candidate: .sample(around: 8_300, spread: 0.42, count: 12_200, &random),
            noise: .sample(around: 8_100, spread: 0.25, count: 1_234, &random)
        )
    }
}

extension LegLatency {
    /// Log-normal times, nanoseconds.
    static func sample(around middle: Double, spread: Double, count: Int, _ random: inout SeededRandom) -> LegLatency {
        var latency = LegLatency()
        for _ in 0..<count {
            // The sum of twelve uniform numbers is nearly normal.
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
            var factor = 1.0
            // e to the power of spread · normal, by its series' limit.
            factor += spread * normal / 64
            for _ in 0..<6 { factor *= factor }
            latency.add(nanoseconds: UInt64(Swift.max(1, middle * factor)))
        }
        return latency
    }
}
