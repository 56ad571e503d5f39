/// The operations that change what is served. Implemented by `Cutover.SlotManager`; used by the admin API and by the
/// V2 repository routes. Each call that returns has been written to the audit log.
package protocol ModelControl: Sendable {
    func status() async -> [ModelStatus]
    /// Throws `ControlError` with code `notFound` for an unknown model.
    func status(of model: String) async throws(ControlError) -> ModelStatus
    func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply
    func unload(model: String, slot: Slot, _ context: ActionContext) async throws(ControlError) -> ActionReply
    /// Makes the other slot live. Returns when every event loop routes to it; the old side stays loaded.
    func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply
    /// Makes the standby live again.
    func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply
    /// Changes which part of live traffic is mirrored and which share of clients the candidate answers, from the next
    /// request on.
    func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply
}

/// Moves clients between two versions step by step. Implemented by `Cutover.SlotManager`.
package protocol SplitControl: Sendable {
    /// Sends `share` (0...1) of a model's clients to its candidate: what a ramp does at each step, with 0 to take it back.
    func setSplitShare(
        _ share: Double,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply
}

package struct LoadRequest: Sendable, Equatable {
    package var model: String
    package var slot: Slot
    /// A folder of the model repository; nil means the model's own.
    package var source: String?
    /// Nil means the highest version found.
    package var version: Int?
    /// True: return when the slot is ready or has failed. False: return when the load is accepted.
    package var waits: Bool

    package init(model: String, slot: Slot, source: String? = nil, version: Int? = nil, waits: Bool = true) {
        self.model = model
        self.slot = slot
        self.source = source
        self.version = version
        self.waits = waits
    }
}

/// Who asks for a change, why, and under which conditions.
package struct ActionContext: Sendable, Equatable {
    package var actor: String
    package var reason: String?
    /// The change happens only if the model is still at this revision.
    package var expectedRevision: Int64?
    /// A repeated call with the same key returns the first call's reply and changes nothing.
    package var idempotencyKey: String?
    /// Override a broken contract, or what the gate says; needs a reason.
    package var force: Bool
    /// The verdict a promotion shall rest on; nil: what the gate says now.
    package var verdict: Int64?
    /// Return only when no request of the previous generation is running any more.
    package var waitsForDrain: Bool

    package init(
        actor: String,
        reason: String? = nil,
        expectedRevision: Int64? = nil,
        idempotencyKey: String? = nil,
        force: Bool = false,
        waitsForDrain: Bool = false
    ) {
        self.actor = actor
        self.reason = reason
        self.expectedRevision = expectedRevision
        self.idempotencyKey = idempotencyKey
        self.force = force
        self.waitsForDrain = waitsForDrain
    }
}

/// Acknowledgement of one change.
package struct ActionReply: Sendable, Codable, Equatable {
    /// `load`, `unload`, `promote`, `rollback` or `traffic`.
    package var action: String
    /// Number of the audit row that records this action.
    package var audit: Int64
    /// True when this reply was stored by an earlier call with the same idempotency key.
    package var replayed: Bool
    /// From the call to the acknowledgement of every event loop, for promote and rollback.
    package var cutoverMicroseconds: Double?
    /// True when the generation before this change has no request left.
    package var drained: Bool?
    package var status: ModelStatus

    package init(action: String, audit: Int64, status: ModelStatus) {
        self.action = action
        self.audit = audit
        self.replayed = false
        self.status = status
    }
}
