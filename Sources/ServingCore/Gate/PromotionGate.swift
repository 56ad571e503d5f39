/// Says whether a candidate may take over; asked by whoever moves traffic, before it does.
package protocol PromotionGate: Sendable {
    /// The number of the stored verdict that allows it. Throws `ControlError` with a code of the gate (`gateHold`,
    /// `gateReject`, `verdictInvalid`) otherwise, with the reasons as details.
    func admit(_ promotion: AskedPromotion) async throws(ControlError) -> Int64
    /// What the gate says now, in one line, for the audit row of a promotion that overrides it.
    func opinion(on promotion: AskedPromotion) async -> String
}

/// A promotion somebody asks for.
package struct AskedPromotion: Sendable, Equatable {
    package var model: String
    package var live: Release.Side
    package var candidate: Release.Side
    package var policy: GatePolicy
    /// The verdict it shall rest on; nil: what the gate says now.
    package var verdict: Int64?

    package init(
        model: String,
        live: Release.Side,
        candidate: Release.Side,
        policy: GatePolicy,
        verdict: Int64?
    ) {
        self.model = model
        self.live = live
        self.candidate = candidate
        self.policy = policy
        self.verdict = verdict
    }
}
