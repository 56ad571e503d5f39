package import ServingCore

/// One pair in the figures a gate decides by; holds no text but names.
package struct GateObservation: Sendable, Equatable {
    /// One output both versions gave, or that the candidate owed.
    package struct Output: Sendable, Equatable {
        package var name: String
        /// 0...1.
        package var divergence: Double
        /// The answers name different classes; nil when they name none.
        package var flips: Bool?
        /// Between two live answers; nil unless the live version was asked again.
        package var noise: Double?
        package var noiseFlips: Bool?

        package init(
            name: String,
            divergence: Double,
            flips: Bool? = nil,
            noise: Double? = nil,
            noiseFlips: Bool? = nil
        ) {
            self.name = name
            self.divergence = divergence
            self.flips = flips
            self.noise = noise
            self.noiseFlips = noiseFlips
        }
    }

    /// Of the pair.
    package var id: Int64
    package var live: Leg.Outcome
    package var candidate: Leg.Outcome
    /// Empty unless both answered.
    package var outputs: [Output]
    /// The live version was asked again and answered both times.
    package var isTriple: Bool
    package var liveNanoseconds: UInt64?
    package var candidateNanoseconds: UInt64?
    /// Of the live version, asked again.
    package var repeatedNanoseconds: UInt64?
    package var segments: [Segment]

    package init(
        id: Int64,
        live: Leg.Outcome = .answered,
        candidate: Leg.Outcome = .answered,
        outputs: [Output] = [],
        isTriple: Bool = false,
        liveNanoseconds: UInt64? = nil,
        candidateNanoseconds: UInt64? = nil,
        repeatedNanoseconds: UInt64? = nil,
        segments: [Segment] = []
    ) {
        self.id = id
        self.live = live
        self.candidate = candidate
        self.outputs = outputs
        self.isTriple = isTriple
        self.liveNanoseconds = liveNanoseconds
        self.candidateNanoseconds = candidateNanoseconds
        self.repeatedNanoseconds = repeatedNanoseconds
        self.segments = segments
    }

    package init(_ pair: Pair, _ comparison: PairComparison) {
        self.init(
            id: pair.id,
            live: pair.live.outcome,
            candidate: pair.candidate.outcome,
            isTriple: comparison.noise != nil,
            liveNanoseconds: pair.live.time,
            candidateNanoseconds: pair.candidate.time,
            repeatedNanoseconds: pair.noise?.time,
            segments: pair.segments
        )
        self.outputs.reserveCapacity(comparison.outputs.count)
        for (position, output) in comparison.outputs.enumerated() {
            let noise = comparison.noise?.named(output.name, hint: position)
            self.outputs.append(
                Output(
                    name: output.name,
                    divergence: output.divergence.asDivergence,
                    flips: output.flip,
                    noise: noise?.divergence.asDivergence,
                    noiseFlips: noise?.flip
                )
            )
        }
    }

    /// The largest divergence of any output.
    var divergence: Double { self.outputs.reduce(0) { max($0, $1.divergence) } }
    var noise: Double { self.outputs.reduce(0) { max($0, $1.noise ?? 0) } }
}

extension Leg {
    /// Nil when the time says nothing: an error may come at once. A time-out counts with the time it was given.
    fileprivate var time: UInt64? { self.outcome == .error ? nil : self.nanoseconds }
}

extension [OutputComparison] {
    func named(_ name: String, hint: Int) -> OutputComparison? {
        if hint < self.count, self[hint].name == name { return self[hint] }
        return self.first { $0.name == name }
    }
}
