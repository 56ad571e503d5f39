import Comparison
import Glibc
import ServingCore

extension TrialDocument.Output {
    /// `evidence` is nil for outputs that no pair showed yet, and those that are not compared.
    init(_ plan: OutputPlan, _ evidence: OutputEvidence?) {
        self.init(
            plan: plan,
            divergence: .init(evidence?.divergence ?? DivergenceDistribution()),
            noise: .init(evidence?.noise ?? DivergenceDistribution())
        )
        guard let evidence else { return }
        self.compared = evidence.compared
        self.diverged = evidence.diverged
        if evidence.excess.count > 0 {
            self.excess = evidence.excess.mean
            self.excessError = evidence.excess.standardError
        }
        if evidence.classed > 0 { self.flips = evidence.flips }
        self.confusion = evidence.confusion.ranked.map {
            TrialDocument.Confusion(live: $0.live, candidate: $0.candidate, count: $0.count)
        }
        if evidence.signedError.count > 0 {
            self.bias = evidence.signedError.mean
            self.larger = evidence.larger
            self.smaller = evidence.smaller
        }
        self.details = evidence.details.means
        let masked = Set(plan.masked.map { FieldTable.path(of: $0) })
        self.fields = evidence.fields.ranked.map { entry in
            var field = TrialDocument.Field(
                path: entry.path,
                kind: entry.kind,
                count: entry.count,
                noise: entry.noise,
                isMasked: masked.contains(entry.path)
            )
            field.example = entry.example
            return field
        }
        self.structure = evidence.structure.counts
    }
}

extension TrialDocument.Distribution {
    fileprivate init(_ distribution: DivergenceDistribution) {
        self.init(
            count: distribution.moments.count,
            mean: distribution.moments.mean,
            deviation: distribution.moments.deviation,
            max: distribution.max,
            histogram: distribution.histogram
        )
    }
}

extension TrialDocument.Latency.Ratio {
    /// Nil when there are no pairs.
    init?(_ logarithms: RunningMoments) {
        guard logarithms.count > 0 else { return nil }
        self.init(count: logarithms.count, mean: exp(logarithms.mean), logDeviation: logarithms.deviation)
    }
}

extension TrialDocument.SegmentFigures {
    init(_ evidence: SegmentEvidence) {
        self.init(segment: evidence.segment)
        self.pairs = evidence.pairs
        self.compared = evidence.compared
        self.diverged = evidence.diverged
        self.meanDivergence = evidence.divergence.mean
        self.meanNoise = evidence.noise.count > 0 ? evidence.noise.mean : nil
        self.flips = evidence.flips
        self.candidateFailures = evidence.candidateFailures
    }
}
