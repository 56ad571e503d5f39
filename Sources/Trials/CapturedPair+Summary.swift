import Comparison
import ServingCore

extension CapturedPair.Summary {
    /// Of a pair that is redacted already.
    init(_ pair: Pair, _ comparison: PairComparison, model: String) {
        let figures = PairFigures(pair, comparison)
        self.init(
            id: pair.id,
            release: pair.release,
            model: model,
            live: pair.live.outcome.name,
            candidate: pair.candidate.outcome.name,
            liveNanoseconds: pair.live.nanoseconds,
            candidateNanoseconds: pair.candidate.nanoseconds,
            divergence: figures.divergence,
            diverged: figures.diverged
        )
        self.requestID = pair.requestID
        self.segments = pair.segments
        self.noise = pair.noise?.outcome.name
        self.noiseNanoseconds = pair.noise?.nanoseconds
        self.reason = pair.candidate.reason ?? pair.live.reason ?? pair.noise?.reason
        self.noiseDivergence = figures.noiseDivergence
    }
}
