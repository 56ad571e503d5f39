/// What is known of a part of a trial's traffic whose requests are alike: on requests that did not propose it.
package struct SliceEvidence: Sendable, Codable, Equatable {
    package var id: String
    /// For people, e.g. `requests with "not"`.
    package var label: String
    /// Pairs in it, and the distinct requests the evidence rests on.
    package var pairs: UInt64
    package var requests: UInt64
    /// Mean divergence inside, 0...1.
    package var mean: Double
    /// Mean divergence inside over outside, with bounds that hold at all times.
    package var excess: Double
    package var lower: Double
    package var upper: Double
    /// The mean divergence it may have, and e-values against "it is at least that" and "it is at most that".
    package var margin: Double
    package var passE: Double
    package var failE: Double

    package init(
        id: String,
        label: String,
        pairs: UInt64,
        requests: UInt64,
        mean: Double,
        excess: Double,
        lower: Double,
        upper: Double,
        margin: Double,
        passE: Double,
        failE: Double
    ) {
        self.id = id
        self.label = label
        self.pairs = pairs
        self.requests = requests
        self.mean = mean
        self.excess = excess
        self.lower = lower
        self.upper = upper
        self.margin = margin
        self.passE = passE
        self.failE = failE
    }
}

/// How much of the usual traffic a trial has seen (statistics B14, C10).
package struct CoverageEvidence: Sendable, Codable, Equatable {
    /// Requests of earlier trials that were looked for, and how many of them have a like one in this trial.
    package var reference: UInt64
    package var covered: UInt64
    /// Cosine distance up to which two requests count as alike.
    package var radius: Double

    package init(reference: UInt64, covered: UInt64, radius: Double) {
        self.reference = reference
        self.covered = covered
        self.radius = radius
    }

    package var share: Double { self.reference == 0 ? 0 : Double(self.covered) / Double(self.reference) }
}
