package import ServingCore

/// What slices are made from of one pair; its request's vector stands in the same row of `SliceInput.vectors`.
package struct SlicePair: Sendable, Equatable {
    package var id: Int64
    /// 0...1; what lies outside counts as the nearest end, and no number as 1.
    package var divergence: Double
    /// The same between live and live asked again; nil when that was not measured.
    package var noise: Double?
    package var diverged: Bool
    package var live: Leg.Outcome
    package var candidate: Leg.Outcome
    package var segments: [Segment]
    /// Distinct words of the request's texts as `RequestWords` gives them; empty for requests without any.
    package var words: [String]

    package init(
        id: Int64,
        divergence: Double,
        noise: Double? = nil,
        diverged: Bool = false,
        live: Leg.Outcome = .answered,
        candidate: Leg.Outcome = .answered,
        segments: [Segment] = [],
        words: [String] = []
    ) {
        self.id = id
        self.divergence = divergence
        self.noise = noise
        self.diverged = diverged
        self.live = live
        self.candidate = candidate
        self.segments = segments
        self.words = words
    }

    /// As the gate counts it: nothing to hold against a candidate whose live version failed, all when it alone failed.
    var loss: Double? {
        guard self.live == .answered else { return nil }
        guard self.candidate == .answered, !self.divergence.isNaN else { return 1 }
        return min(1, max(0, self.divergence))
    }
}
