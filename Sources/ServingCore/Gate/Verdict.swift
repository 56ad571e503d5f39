/// What the gate says about one release: the pure function of evidence and policy. The same evidence and policy give the
/// same bytes when encoded as JSON with sorted keys; nothing in it depends on when it was asked for.
package struct Verdict: Sendable, Codable, Equatable {
    package enum Decision: String, Sendable, Codable, CaseIterable {
        case promote, hold, reject
    }

    /// What the verdict is about.
    package struct Inputs: Sendable, Codable, Equatable {
        package var live: Release.Side
        package var candidate: Release.Side
        /// Lower-case hex SHA-256 of the policy.
        package var policy: String
        /// Microseconds since 1970 of the first and the newest pair; nil before the first.
        package var from: Int64?
        package var until: Int64?
        /// What became of the sampled requests.
        package var counts: ShadowCounts
        /// Pairs in the evidence, of these those both versions answered, and those the live version answered twice.
        package var pairs: UInt64
        package var compared: UInt64
        package var triples: UInt64

        package init(
            live: Release.Side,
            candidate: Release.Side,
            policy: String,
            from: Int64?,
            until: Int64?,
            counts: ShadowCounts,
            pairs: UInt64,
            compared: UInt64,
            triples: UInt64
        ) {
            self.live = live
            self.candidate = candidate
            self.policy = policy
            self.from = from
            self.until = until
            self.counts = counts
            self.pairs = pairs
            self.compared = compared
            self.triples = triples
        }
    }

    package struct WorstPair: Sendable, Codable, Equatable {
        package var id: Int64
        package var divergence: Double
        package var sentence: String

        package init(id: Int64, divergence: Double, sentence: String) {
            self.id = id
            self.divergence = divergence
            self.sentence = sentence
        }
    }

    package var model: String
    package var release: Int64
    package var mode: GatePolicy.Mode
    package var decision: Decision
    /// Why, most important first; one sentence each. Never empty.
    package var reasons: [String]
    /// In the order of `GateCheck`, then by subject.
    package var checks: [CheckResult]
    package var inputs: Inputs
    /// Most divergent first, at most 20.
    package var worst: [WorstPair]

    package init(
        model: String,
        release: Int64,
        mode: GatePolicy.Mode,
        decision: Decision,
        reasons: [String],
        checks: [CheckResult],
        inputs: Inputs,
        worst: [WorstPair]
    ) {
        self.model = model
        self.release = release
        self.mode = mode
        self.decision = decision
        self.reasons = reasons
        self.checks = checks
        self.inputs = inputs
        self.worst = worst
    }
}
