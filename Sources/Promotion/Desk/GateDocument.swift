package import ServingCore
package import Trials

/// `GET /gate/{model}`: what the gate says now. Stable names at the top for pipelines: `decision`, `promote`.
package struct GateDocument: Sendable, Codable, Equatable {
    package var model: String
    package var decision: Verdict.Decision
    /// True when a promotion would be let through.
    package var promote: Bool
    /// Number of the stored verdict with this decision, to promote by; nil while there is none.
    package var id: Int64?
    /// Microseconds since 1970; nil without a stored verdict.
    package var created: Int64?
    package var expires: Int64?
    package var verdict: Verdict

    package init(_ given: GivenVerdict) {
        self.model = given.verdict.model
        self.decision = given.verdict.decision
        self.promote = given.verdict.decision == .promote
        self.id = given.stored?.id
        self.created = given.stored?.created
        self.expires = given.stored?.expires
        self.verdict = given.verdict
    }
}

/// `GET /admin/v1/verdicts/{id}`: a verdict as it was given.
package struct VerdictDocument: Sendable, Codable, Equatable {
    package var id: Int64
    package var model: String
    package var release: Int64
    package var decision: Verdict.Decision
    /// Microseconds since 1970.
    package var created: Int64
    package var expires: Int64
    /// Lower-case hex HMAC-SHA256.
    package var signature: String
    /// The signature is this gateway's and the row is as it was written.
    package var isSigned: Bool
    /// Nil when the row cannot be read.
    package var verdict: Verdict?

    package init(_ stored: StoredVerdict, isSigned: Bool) {
        self.id = stored.id
        self.model = stored.model
        self.release = stored.release
        self.decision = stored.decision
        self.created = stored.created
        self.expires = stored.expires
        self.signature = stored.signature.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        self.isSigned = isSigned
        self.verdict = Verdict(decoding: stored.body)
    }
}

/// `GET /admin/v1/models/{model}/verdicts`: newest first.
package struct VerdictsDocument: Sendable, Codable, Equatable {
    package var verdicts: [VerdictDocument]

    package init(verdicts: [VerdictDocument]) { self.verdicts = verdicts }
}

/// The gate as its surfaces see it; errors are `ControlError`s with a sentence that says what would be right.
package protocol GateDesk: Sendable {
    /// `notReady` when no trial runs.
    func current(model: String) async throws(ControlError) -> GateDocument
    /// Newest first.
    func verdicts(model: String, limit: Int) async throws(ControlError) -> VerdictsDocument
    func verdict(_ id: Int64) async throws(ControlError) -> VerdictDocument
    /// Nil `release`: the running one, or the newest.
    func report(model: String, release: Int64?) async throws(ControlError) -> ReleaseReport
    /// What is accepted is durable when this returns.
    func take(_ feedback: [Feedback], model: String) async throws(ControlError) -> FeedbackReply
}
