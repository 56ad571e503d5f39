/// One line of the audit log: who did what to which model, why, and what it was made of.
package struct AuditEntry: Sendable, Codable, Equatable {
    /// Row number, given by the store; grows without gaps.
    package var id: Int64
    /// Microseconds since 1970.
    package var at: Int64
    package var model: String
    /// What an operator asked for (`load`, `unload`, `promote`, `rollback`, `traffic`) or what the gateway did by itself
    /// (`loaded`, `load_failed`, `initialised`, `intent_resolved`).
    package var action: String
    package var actor: String
    package var reason: String?
    package var forced: Bool
    /// The model's revision after the action.
    package var revision: Int64
    package var slot: Slot?
    package var liveBefore: Slot?
    package var liveAfter: Slot?
    package var version: Int?
    /// SHA-256 of the versions in the slots after the action, by slot name.
    package var digests: [String: String]
    /// What went wrong, which contract differences were overridden, or from what to what the shares of traffic changed.
    package var detail: String?
    /// The verdict a promotion or an automatic action rests on.
    package var verdict: Int64?

    package init(at: Int64, model: String, action: String, actor: String, revision: Int64) {
        self.id = 0
        self.at = at
        self.model = model
        self.action = action
        self.actor = actor
        self.forced = false
        self.revision = revision
        self.digests = [:]
    }
}

package struct AuditQuery: Sendable, Equatable {
    /// Nil means all models.
    package var model: String?
    /// Only rows with a smaller number, for paging.
    package var before: Int64?
    /// 1 to 1000.
    package var limit: Int

    package init(model: String? = nil, before: Int64? = nil, limit: Int = 50) {
        self.model = model
        self.before = before
        self.limit = limit
    }
}
