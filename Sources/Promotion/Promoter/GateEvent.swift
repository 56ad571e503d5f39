package import ServingCore

/// What happened at the gate, for those who want to be told: webhooks and logs.
package struct GateEvent: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable {
        /// The gate says something else than before.
        case verdict
        case promoted
        /// Somebody, or a failed watch, moved traffic back.
        case rolledBack = "rolled_back"
        /// A check failed under watch that takes nothing back by itself.
        case warning
        /// A ramp took its next step, or fell back to nothing.
        case split
        /// The standby of a promotion was unloaded after its time.
        case standbyReleased = "standby_released"
    }

    package var kind: Kind
    package var model: String
    /// Microseconds since 1970.
    package var at: Int64
    package var decision: Verdict.Decision?
    /// Number of the stored verdict.
    package var verdict: Int64?
    /// The model's revision after it.
    package var revision: Int64?
    package var reasons: [String]

    package init(
        _ kind: Kind,
        model: String,
        at: Int64,
        decision: Verdict.Decision? = nil,
        verdict: Int64? = nil,
        revision: Int64? = nil,
        reasons: [String] = []
    ) {
        self.kind = kind
        self.model = model
        self.at = at
        self.decision = decision
        self.verdict = verdict
        self.revision = revision
        self.reasons = reasons
    }
}
