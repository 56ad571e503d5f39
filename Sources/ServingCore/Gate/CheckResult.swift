/// One check of a verdict: a statistic with its anytime-valid bounds, against a margin.
package struct CheckResult: Sendable, Codable, Equatable {
    package enum State: String, Sendable, Codable, CaseIterable {
        case pass, fail
        /// Neither is shown yet; `needed` says how many more observations it takes.
        case undecided
        /// There is nothing to look at: no labels, no output of this kind, or switched off.
        case absent
    }

    package var check: GateCheck
    /// The output, or the segment as `key=value`; nil for checks of the whole release.
    package var subject: String?
    package var state: State
    package var enforcement: GatePolicy.Enforcement
    /// Observations of this check, and how many it wants at least.
    package var count: UInt64
    package var minimum: UInt64
    /// The statistic in its unit: a mean difference, a rate, or a ratio; nil before there is one.
    package var mean: Double?
    /// Anytime-valid bounds at the gate's alpha, lower and upper one-sided each; nil where unbounded.
    package var lower: Double?
    package var upper: Double?
    package var margin: Double?
    /// Natural logarithms of the e-values against "worse than the margin" and against "better than the margin".
    package var passEvidence: Double?
    package var failEvidence: Double?
    /// Observations until a decision is expected, all told; nil when decided, or when it is unlikely at this margin.
    package var needed: UInt64?
    /// Microseconds until then at the rate so far.
    package var remaining: Int64?
    /// For people: what was found, in one sentence.
    package var sentence: String

    package init(
        _ check: GateCheck,
        subject: String? = nil,
        state: State,
        enforcement: GatePolicy.Enforcement,
        count: UInt64 = 0,
        minimum: UInt64 = 0,
        sentence: String
    ) {
        self.check = check
        self.subject = subject
        self.state = state
        self.enforcement = enforcement
        self.count = count
        self.minimum = minimum
        self.sentence = sentence
    }

    /// `C3 divergence(probabilities)`.
    package var title: String {
        "\(self.check.code) \(self.check.rawValue)" + (self.subject.map { "(\($0))" } ?? "")
    }
}
