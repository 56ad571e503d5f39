/// What the gate is told of a part of a trial's traffic whose requests are alike: on requests that did not propose it.
package struct SliceEvidence: Sendable, Equatable {
    /// For people, e.g. `requests with "not"`.
    package var label: String
    /// Pairs in it, and as a share of those it was looked for among.
    package var pairs: UInt64
    package var share: Double
    /// Mean divergence inside, 0...1.
    package var mean: Double
    /// The mean divergence it may have, and an e-value against "it is at most that".
    package var margin: Double
    package var failE: Double

    package init(label: String, pairs: UInt64, share: Double, mean: Double, margin: Double, failE: Double) {
        self.label = label
        self.pairs = pairs
        self.share = share
        self.mean = mean
        self.margin = margin
        self.failE = failE
    }
}

/// How much of the usual traffic a trial has seen (statistics B14, C10).
package struct CoverageEvidence: Sendable, Equatable {
    /// Requests of earlier trials that were looked for, and how many of them have a like one in this trial.
    package var reference: UInt64
    package var covered: UInt64

    package init(reference: UInt64, covered: UInt64) {
        self.reference = reference
        self.covered = covered
    }

    package var share: Double { self.reference == 0 ? 0 : Double(self.covered) / Double(self.reference) }
}
