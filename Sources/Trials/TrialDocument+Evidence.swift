import Comparison
import ServingCore

extension TrialDocument {
    /// - Parameter noiseShare: how often the live version is asked again, 0...1; nil when that is not known.
    init(
        _ release: Release,
        _ record: TrialRecord,
        isRunning: Bool,
        isUnderPressure: Bool,
        noiseShare: Double?
    ) {
        let evidence = record.evidence
        self.init(
            release: release,
            isRunning: isRunning,
            coverage: Coverage(
                counts: isRunning ? record.counts : record.settledCounts,
                compared: evidence.compared,
                triples: evidence.triples,
                isUnderPressure: isUnderPressure
            ),
            determinism: Determinism(evidence, isRunning: isRunning, noiseShare: noiseShare),
            latency: Latency(evidence.latency)
        )
        self.lastPair = evidence.lastPair
        self.outcomes = Outcomes(evidence)
        self.outputs = record.comparator.plan.map { plan in
            Output(plan, evidence.outputs.first { $0.name == plan.name })
        }
        self.segments = evidence.segments.entries.map { SegmentFigures($0) }
            .sorted { one, two in
                if one.segment.key != two.segment.key { return one.segment.key < two.segment.key }
                return one.pairs != two.pairs ? one.pairs > two.pairs : one.segment.value < two.segment.value
            }
        self.worst = evidence.worst.entries.map {
            WorstPair(id: $0.id, divergence: $0.divergence, sentence: $0.sentence)
        }
    }
}

extension TrialDocument.Outcomes {
    fileprivate init(_ evidence: Evidence) {
        self.init()
        self.live = Self.named(evidence.live)
        self.candidate = Self.named(evidence.candidate)
        self.noise = Self.named(evidence.noise)
        self.candidateReasons = evidence.candidateReasons.counts
    }

    private static func named(_ counts: OutcomeCounts) -> [String: UInt64] {
        var named: [String: UInt64] = [:]
        for outcome in Leg.Outcome.allCases where counts[outcome] > 0 { named[outcome.name] = counts[outcome] }
        return named
    }
}

extension TrialDocument.Determinism {
    fileprivate init(_ evidence: Evidence, isRunning: Bool, noiseShare: Double?) {
        self.init(
            triples: evidence.triples,
            differing: evidence.differing,
            isDeterministic: evidence.isDeterministic,
            sentence: Self.sentence(evidence, isRunning: isRunning, noiseShare: noiseShare)
        )
    }

    private static func sentence(_ evidence: Evidence, isRunning: Bool, noiseShare: Double?) -> String {
        let (triples, differing) = (evidence.triples, evidence.differing)
        switch evidence.isDeterministic {
        case true:
            let found = "live is deterministic: \(triples) of \(triples) repeated answers were identical"
            guard isRunning else { return found }
            guard let noiseShare else { return "\(found), so it is asked again for a tenth of the usual share" }
            return "\(found), so it is asked again for \(Self.percent(noiseShare / 10)) instead of "
                + Self.percent(noiseShare)
        case false:
            return "live is not deterministic: \(differing) of \(triples) repeated answers differed"
        default:
            guard triples > 0 else { return "undecided: live was not asked again yet" }
            return "undecided before \(Evidence.decisive) repeated answers: \(differing) of \(triples) differed so far"
        }
    }

    private static func percent(_ share: Double) -> String {
        let percent = (share * 1e6).rounded() / 1e4
        return percent == percent.rounded() ? "\(percent.rounded()) %".replacing(".0 %", with: " %") : "\(percent) %"
    }
}

extension TrialDocument.Latency {
    fileprivate init(_ latency: LatencyEvidence) {
        self.init(
            live: Quantiles(latency.live),
            candidate: Quantiles(latency.candidate),
            noise: Quantiles(latency.noise)
        )
        self.candidateByLive = Ratio(latency.candidateByLive)
        self.candidateByNoise = Ratio(latency.candidateByNoise)
    }
}

extension TrialDocument.Latency.Quantiles {
    fileprivate init(_ leg: LegLatency) {
        let quantiles = leg.quantiles([0.5, 0.9, 0.99, 0.999]).map { Double($0) / 1_000 }
        self.init(
            count: leg.count,
            mean: leg.mean / 1_000,
            p50: quantiles[0],
            p90: quantiles[1],
            p99: quantiles[2],
            p999: quantiles[3],
            max: Double(leg.max) / 1_000
        )
    }
}
