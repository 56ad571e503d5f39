import SemanticSearch
import ServingCore
import Trials

extension GateInput {
    /// With what is known of the release's traffic.
    func with(_ engine: SearchEngine?) -> GateInput {
        guard let engine else { return self }
        let (findings, coverage) = engine.findings(model: self.release.model, release: self.release.id)
        var input = self
        let hasLooked = engine.hasLooked(model: self.release.model, release: self.release.id)
        input.slices = hasLooked ? findings?.slices.map(SliceEvidence.init) ?? [] : nil
        input.coverage = coverage.map {
            CoverageEvidence(reference: UInt64(clamping: $0.reference), covered: UInt64(clamping: $0.covered))
        }
        return input
    }
}

extension SliceEvidence {
    init(_ slice: Slice) {
        self.init(
            label: slice.label,
            pairs: UInt64(clamping: slice.support),
            share: slice.share,
            mean: slice.inside.divergence,
            margin: slice.gate.margin,
            failE: slice.gate.failE
        )
    }
}
