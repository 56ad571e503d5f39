/// Durable memory of the control plane: which version each slot holds, which slot is live, what is mirrored, what the gate
/// said, what was done by whom.
/// Every method that returns has reached stable storage. Implementations pass `ControlStoreConformance`.
package protocol ControlStore: VerdictStore {
    func records() async throws(StoreError) -> [ModelRecord]

    /// Records that a cutover is about to happen. Throws `.staleRevision` unless the model's stored revision equals
    /// `intent.revision` (0 for a model without a record). Replaces no other model's intent.
    func begin(_ intent: CutoverIntent) async throws(StoreError)

    /// In one transaction: stores `change.record` (its revision must be the stored one plus one, or equal when the
    /// change alters no routing), removes the model's intent, appends the audit entry and remembers the idempotent
    /// reply. Returns the number of the audit row. Throws `.staleRevision` and writes nothing when the revision moved.
    func commit(_ change: ControlChange) async throws(StoreError) -> Int64

    /// Newest first.
    func audit(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry]

    /// The reply stored under `key`, for 24 hours after it was written.
    func reply(forKey key: String) async throws(StoreError) -> IdempotentReply?

    /// Number of audit rows, for the law `admin_acked = audit_rows`.
    func auditCount() async throws(StoreError) -> Int64
}

package enum StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    case staleRevision(current: Int64)
    /// Locked, full, read-only or gone: the sentence says which. Nothing was written.
    case unavailable(String)

    package var description: String {
        switch self {
        case .staleRevision(let current): "the model changed meanwhile: its revision is \(current)"
        case .unavailable(let sentence): sentence
        }
    }
}

/// The durable state of one model.
package struct ModelRecord: Sendable, Equatable {
    package struct Held: Sendable, Equatable {
        package var source: String
        package var version: Int
        package var digest: String

        package init(source: String, version: Int, digest: String) {
            self.source = source
            self.version = version
            self.digest = digest
        }
    }

    package var model: String
    package var revision: Int64
    package var live: Slot?
    /// The slot that was live before the last cutover, while it is kept for rollback.
    package var standby: Slot?
    package var slots: [Slot: Held]
    /// What is mirrored, as an operator said; nil leaves it to the manifest.
    package var traffic: TrafficSettings?
    /// Which share of clients the candidate answers; nil: none, and none was ever asked for.
    package var split: SplitSettings?
    /// The promotion that stands; nil when there was none, or when it was taken back or its standby is gone.
    package var promotion: StandingPromotion?
    /// A cutover that was begun and not confirmed: set only after a crash between the two.
    package var intent: CutoverIntent?

    package init(model: String) {
        self.model = model
        self.revision = 0
        self.slots = [:]
    }
}

/// What is still owed to the last promotion: it is watched, and its standby is kept.
package struct StandingPromotion: Sendable, Codable, Equatable {
    /// Microseconds since 1970.
    package var at: Int64
    /// The verdict it rests on; nil when it was forced.
    package var verdict: Int64?
    /// Until when a failure takes it back by itself, microseconds since 1970.
    package var watchedUntil: Int64
    /// When the standby is released, microseconds since 1970; nil: never by itself.
    package var keptUntil: Int64?

    package init(at: Int64, verdict: Int64?, watchedUntil: Int64, keptUntil: Int64?) {
        self.at = at
        self.verdict = verdict
        self.watchedUntil = watchedUntil
        self.keptUntil = keptUntil
    }
}

package struct CutoverIntent: Sendable, Equatable {
    package var model: String
    /// The revision the model has before the cutover.
    package var revision: Int64
    package var from: Slot?
    package var to: Slot
    /// `promote` or `rollback`.
    package var action: String
    package var actor: String
    package var reason: String?
    /// Microseconds since 1970.
    package var at: Int64

    package init(
        model: String,
        revision: Int64,
        from: Slot?,
        to: Slot,
        action: String,
        actor: String,
        reason: String?,
        at: Int64
    ) {
        self.model = model
        self.revision = revision
        self.from = from
        self.to = to
        self.action = action
        self.actor = actor
        self.reason = reason
        self.at = at
    }
}

package struct ControlChange: Sendable {
    package var record: ModelRecord
    package var entry: AuditEntry
    package var reply: IdempotentReply?

    package init(record: ModelRecord, entry: AuditEntry, reply: IdempotentReply? = nil) {
        self.record = record
        self.entry = entry
        self.reply = reply
    }
}

/// What a call with an idempotency key answered, so that a repetition can answer the same.
package struct IdempotentReply: Sendable, Equatable {
    package var key: String
    /// Identifies what was asked: a key that comes back with another fingerprint is a client's mistake.
    package var fingerprint: String
    package var audit: Int64
    /// Microseconds since 1970.
    package var at: Int64

    package init(key: String, fingerprint: String, audit: Int64, at: Int64) {
        self.key = key
        self.fingerprint = fingerprint
        self.audit = audit
        self.at = at
    }
}
