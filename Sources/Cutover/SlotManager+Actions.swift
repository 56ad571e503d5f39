import ServingCore

/// What every operation checks and writes in the same way.
extension SlotManager {
    /// The reply an earlier call with the same key got; nil when this is the first.
    func replay(
        _ action: String,
        _ model: String,
        fingerprint: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply? {
        guard let key = context.idempotencyKey else { return nil }
        let stored: IdempotentReply?
        do {
            stored = try await self.store.reply(forKey: key)
        } catch {
            throw Self.translate(error)
        }
        guard let stored else { return nil }
        guard stored.fingerprint == fingerprint else {
            throw ControlError(
                .idempotencyKeyReused,
                "idempotency key '\(key)' was used for another request; use a new key"
            )
        }
        var reply = ActionReply(action: action, audit: stored.audit, status: try self.status(of: model))
        reply.replayed = true
        return reply
    }

    func checkRevision(_ entry: ModelEntry, _ context: ActionContext) throws(ControlError) {
        guard let expected = context.expectedRevision, expected != entry.record.revision else { return }
        throw ControlError(
            .staleRevision,
            "model '\(entry.record.model)' is at revision \(entry.record.revision), not \(expected); look again and retry",
            currentRevision: entry.record.revision
        )
    }

    func checkForce(_ context: ActionContext) throws(ControlError) {
        guard context.force, (context.reason ?? "").allSatisfy(\.isWhitespace) else { return }
        throw ControlError(.invalidRequest, "`force` overrides a safety check and needs a `reason`")
    }

    /// Stores `record` with an audit row for `action`; on success the entry holds `record`. Runs in the gate.
    func commit(
        _ record: ModelRecord,
        _ action: String,
        _ context: ActionContext,
        liveBefore: Slot?,
        slot: Slot? = nil,
        version: Int? = nil,
        detail: String? = nil,
        verdict: Int64? = nil,
        fingerprint: String? = nil
    ) async throws(ControlError) -> Int64 {
        let time = self.now()
        var stored = record
        // What the manifest asks for and was not loaded yet has no digest, and is not something the slot held.
        stored.slots = record.slots.filter { !$0.value.digest.isEmpty }
        var entry = AuditEntry(
            at: time,
            model: record.model,
            action: action,
            actor: context.actor,
            revision: record.revision
        )
        entry.reason = context.reason
        entry.forced = context.force
        entry.slot = slot
        entry.liveBefore = liveBefore
        entry.liveAfter = record.live
        entry.version = version
        entry.detail = detail
        entry.verdict = verdict ?? context.verdict
        for (slot, held) in stored.slots { entry.digests[slot.rawValue] = held.digest }
        var reply: IdempotentReply?
        if let key = context.idempotencyKey, let fingerprint {
            reply = IdempotentReply(key: key, fingerprint: fingerprint, audit: 0, at: time)
        }
        do {
            let audit = try await self.store.commit(ControlChange(record: stored, entry: entry, reply: reply))
            self.entries[record.model]?.record = record
            return audit
        } catch {
            throw Self.translate(error)
        }
    }

    static func translate(_ error: StoreError) -> ControlError {
        switch error {
        case .staleRevision(let current):
            ControlError(
                .staleRevision,
                "the stored revision is \(current); look again and retry",
                currentRevision: current
            )
        case .unavailable(let sentence):
            ControlError(.storeUnavailable, "the control database cannot be used: \(sentence); nothing was changed")
        }
    }
}

extension [String?] {
    /// Findings as one detail of an audit row; nil without any.
    var joined: String? {
        let found = self.compactMap(\.self)
        return found.isEmpty ? nil : found.joined(separator: "; ")
    }
}
