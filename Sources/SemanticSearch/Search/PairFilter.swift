package import ServingCore

/// Which pairs a search looks at; all conditions hold together.
package struct PairFilter: Sendable, Equatable {
    /// Nil: all the model's trials.
    package var release: Int64?
    package var divergedOnly = false
    /// Inclusive, within 0...1.
    package var leastDivergence: Double?
    package var mostDivergence: Double?
    package var liveOutcome: Leg.Outcome?
    package var candidateOutcome: Leg.Outcome?
    /// `Slice.id` of the release's newest slices.
    package var slice: String?
    package var segment: Segment?
    /// Microseconds since 1970, inclusive.
    package var from: Int64?
    /// Microseconds since 1970, exclusive.
    package var until: Int64?

    package init() {}
}
