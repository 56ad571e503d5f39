/// When a candidate may go live: the key `gate` of a model's manifest.
package struct GatePolicy: Sendable, Codable, Equatable {
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// The candidate must answer as the live version does, within noise and margin: a recompiled or quantised model.
        case equivalence
        /// The candidate may answer differently, but not worse: a better model is meant to differ.
        case noninferiority
    }

    /// What a check's result does to the verdict.
    package enum Enforcement: String, Sendable, Codable, CaseIterable {
        /// It must pass for `promote`; its failure is `reject`.
        case block
        /// It is evaluated and shown, and decides nothing: a dry run.
        case inform
        case off
    }

    package struct Rule: Sendable, Codable, Equatable {
        /// Largest mean difference that is accepted (C1 to C5, C8: in 0...1), or the largest ratio (C6, C7).
        package var margin: Double
        /// Observations before the check may pass.
        package var minimum: UInt64
        package var enforcement: Enforcement

        package init(margin: Double, minimum: UInt64, enforcement: Enforcement) {
            self.margin = margin
            self.minimum = minimum
            self.enforcement = enforcement
        }
    }

    /// Against which times of the live version the candidate's are held.
    package enum LatencyBaseline: String, Sendable, Codable, CaseIterable {
        /// The live version asked again on the mirrored path: both run under the same conditions.
        case repeated
        /// The answers clients got. More of them, but given on the hot path: the mirrored leg looks slower than it is.
        case live
    }

    package var mode: Mode
    /// One-sided error probability of the whole gate, in 0.0001...0.2.
    package var alpha: Double
    package var rules: [GateCheck: Rule]
    /// Divergence above which an answer counts as changed completely (C4), in 0...1.
    package var tailThreshold: Double
    /// Latency below these differences is accepted whatever the ratio says, nanoseconds (C6).
    package var medianSlack: UInt64
    package var tailSlack: UInt64
    package var latencyBaseline: LatencyBaseline
    /// Time the trial must have covered, microseconds (C10).
    package var minimumTime: Int64
    /// A check that needs longer than this is called futile, microseconds.
    package var budget: Int64
    /// `noninferiority` promotes although no label or score was given.
    package var acceptsUnlabelled: Bool
    /// The output whose class is held against labels; nil: the first one that names a class.
    package var labelOutput: String?
    /// How long a verdict counts, microseconds.
    package var lifetime: Int64
    /// Time after a promotion in which it is taken back by itself, microseconds; 0 turns that off.
    package var watch: Int64
    /// Checks whose failure takes a promotion back within `watch`; of `validity`, `errors` and the two of latency.
    package var rollsBackOn: [GateCheck]
    /// Time after a promotion until the standby is released, microseconds; 0 keeps it.
    package var soak: Int64

    package init(mode: Mode = .noninferiority) {
        self.mode = mode
        self.alpha = 0.05
        self.rules = Self.rules(mode)
        self.tailThreshold = 0.5
        self.medianSlack = 1_000_000
        self.tailSlack = 5_000_000
        self.latencyBaseline = .repeated
        self.minimumTime = 15 * 60 * 1_000_000
        self.budget = 24 * 3_600 * 1_000_000
        self.acceptsUnlabelled = false
        self.labelOutput = nil
        self.lifetime = 3_600 * 1_000_000
        self.watch = 30 * 60 * 1_000_000
        self.rollsBackOn = [.validity, .errors]
        self.soak = 24 * 3_600 * 1_000_000
    }

    /// The defaults of statistics B14.
    package static func rules(_ mode: Mode) -> [GateCheck: Rule] {
        let likeness: Enforcement = mode == .equivalence ? .block : .inform
        return [
            .dataQuality: Rule(margin: 0.01, minimum: 500, enforcement: .block),
            .validity: Rule(margin: 0.005, minimum: 1_250, enforcement: .block),
            .errors: Rule(margin: 0.005, minimum: 1_000, enforcement: .block),
            .divergence: Rule(margin: 0.02, minimum: 1_000, enforcement: likeness),
            .flips: Rule(margin: 0.01, minimum: 1_000, enforcement: likeness),
            .tail: Rule(margin: 0.01, minimum: 1_000, enforcement: likeness),
            .quality: Rule(margin: 0.01, minimum: 500, enforcement: .block),
            .latencyMedian: Rule(margin: 1.05, minimum: 200, enforcement: .block),
            .latencyTail: Rule(margin: 1.10, minimum: 2_000, enforcement: .block),
            .cost: Rule(margin: 1.10, minimum: 200, enforcement: .inform),
            .segments: Rule(margin: 2, minimum: 100, enforcement: .block),
            .cloudShift: Rule(margin: 0, minimum: 500, enforcement: .inform),
            .coverage: Rule(margin: 0, minimum: 0, enforcement: .block),
        ]
    }

    /// Never off by accident: what a policy does not name has its default.
    package func rule(_ check: GateCheck) -> Rule {
        self.rules[check] ?? Self.rules(self.mode)[check]
            ?? Rule(margin: 0, minimum: 0, enforcement: .off)
    }

    /// The mean divergence that a part of the traffic may have (C8).
    package var sliceMargin: Double { min(1, self.rule(.divergence).margin * self.rule(.segments).margin) }
}
