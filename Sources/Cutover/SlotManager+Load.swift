import Logging
package import ServingCore
import Slots
import SystemPackage

/// Filling and emptying slots.
extension SlotManager {
    package func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        guard let name = ModelName(request.model) else {
            throw ControlError(.invalidRequest, "'\(request.model)' is not a model name: \(ModelName.rule)")
        }
        try self.checkForce(context)
        let fingerprint =
            "load \(name) \(request.slot.rawValue) \(request.source ?? "") \(request.version.map(String.init) ?? "")"
        let accepted = try await self.exclusively { () throws(ControlError) in
            if let reply = try await self.replay("load", request.model, fingerprint: fingerprint, context) {
                return reply
            }
            return try await self.accept(request, name, context, fingerprint)
        }
        if accepted.replayed { return accepted }
        guard request.waits else {
            Task { _ = try? await self.fill(request, name, context, action: "loaded", fingerprint: nil) }
            return accepted
        }
        return try await self.fill(request, name, context, action: "load", fingerprint: fingerprint)
    }

    package func unload(
        model: String,
        slot: Slot,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        try self.checkForce(context)
        let fingerprint = "unload \(model) \(slot.rawValue)"
        var reply = try await self.exclusively { () throws(ControlError) in
            guard let entry = self.entries[model] else { throw self.unknown(model) }
            if let reply = try await self.replay("unload", model, fingerprint: fingerprint, context) { return reply }
            try self.checkRevision(entry, context)
            return try await self.empty(entry, slot, context, fingerprint)
        }
        guard !reply.replayed else { return reply }
        reply.drained = await self.finishDrain(model, slot)
        reply.status = try self.status(of: model)
        return reply
    }

    /// Checks a load and marks the slot; runs in the gate.
    private func accept(
        _ request: LoadRequest,
        _ name: ModelName,
        _ context: ActionContext,
        _ fingerprint: String
    ) async throws(ControlError) -> ActionReply {
        let entry: ModelEntry
        if let known = self.entries[request.model] {
            entry = known
        } else {
            entry = try self.newEntry(name, self.source(request))
        }
        try self.checkRevision(entry, context)
        let slot = request.slot
        try self.checkNotLive(entry, slot)
        var place = entry[slot]
        do {
            try place.machine.beginLoad()
        } catch {
            throw ControlError(
                .slotBusy,
                "slot \(slot.rawValue) of model '\(request.model)' is \(error.from.name); try again when it is done"
            )
        }
        place.incoming = (request.version, self.source(request).root.string)
        place.lastFailure = nil
        var audit: Int64 = 0
        if !request.waits {
            audit = try await self.commit(
                entry.record,
                "load",
                context,
                liveBefore: entry.record.live,
                slot: slot,
                version: request.version,
                fingerprint: fingerprint
            )
        }
        // Only this slot: the other one may have moved on while the row was written.
        self.entries[request.model, default: entry][slot] = place
        let status = try self.status(of: request.model)
        return ActionReply(action: "load", audit: audit, status: status)
    }

    /// A model that came into the repository after the start; one that is not there is refused and leaves no trace.
    private func newEntry(_ name: ModelName, _ source: ModelRepository) throws(ControlError) -> ModelEntry {
        do {
            _ = try source.manifest(of: name)
        } catch {
            throw ControlError(error.code == .notFound ? .notFound : .loadFailed, error.description)
        }
        return ModelEntry(record: ModelRecord(model: name.description))
    }

    private func checkNotLive(_ entry: ModelEntry, _ slot: Slot) throws(ControlError) {
        guard entry.record.live == slot, entry.answering(slot) != nil else { return }
        throw ControlError(
            .slotBusy,
            "slot \(slot.rawValue) of model '\(entry.record.model)' is live; load into \(slot.other.rawValue) and promote it"
        )
    }

    /// The slow part, outside the gate; then the durable change and the new generation, inside it.
    private func fill(
        _ request: LoadRequest,
        _ name: ModelName,
        _ context: ActionContext,
        action: String,
        fingerprint: String?
    ) async throws(ControlError) -> ActionReply {
        do {
            let model = try await self.prepare(
                name,
                request.slot,
                version: request.version,
                from: self.source(request),
                recorded: await self.trials?.recorded(request.model) ?? []
            )
            let audit = try await self.exclusively { () throws(ControlError) in
                try await self.place(model, in: request.slot, context, action, fingerprint)
            }
            _ = await self.drain(request.model, slot: request.slot)
            return ActionReply(action: "load", audit: audit, status: try self.status(of: request.model))
        } catch {
            await self.noteFailure(request, context, error)
            throw error
        }
    }

    /// Makes a version ready to answer, warmed up with `recorded` requests of live traffic besides the declared ones,
    /// without routing anything to it.
    func prepare(
        _ name: ModelName,
        _ slot: Slot,
        version: Int?,
        from source: ModelRepository,
        expecting digest: String = "",
        recorded: [String] = []
    ) async throws(ControlError) -> LoadedModel {
        do {
            let model = try await self.loader.load(
                name,
                version: version,
                from: source,
                expecting: digest,
                recorded: recorded
            ) {
                Task { await self.noteWarming(name.description, slot) }
            }
            if model.warmUp.unanswered > 0, let note = model.warmUp.note {
                self.logger.warning(
                    "not all recorded requests were answered in the warm-up",
                    metadata: ["model": "\(name)", "slot": "\(slot.rawValue)", "what": "\(note)"]
                )
            }
            return model
        } catch {
            let code: ControlError.Code =
                switch error.code {
                case .notFound: .notFound
                case .insufficientMemory: .insufficientMemory
                case .failed: .loadFailed
                }
            throw ControlError(code, error.reason)
        }
    }

    private func place(
        _ model: LoadedModel,
        in slot: Slot,
        _ context: ActionContext,
        _ action: String,
        _ fingerprint: String?
    ) async throws(ControlError) -> Int64 {
        let name = model.model.description
        // The key may have been used while the version was loading.
        if let fingerprint { _ = try await self.replay(action, name, fingerprint: fingerprint, context) }
        guard let entry = self.entries[name] else { throw self.unknown(name) }
        // A rollback may have come meanwhile: a version never goes under live traffic without a promotion.
        try self.checkNotLive(entry, slot)
        let versions = [model, entry.answering(slot.other)].compactMap { $0?.signature }
        if let problem = model.manifest.capture.strangers(to: versions) { throw ControlError(.loadFailed, problem) }
        var detail: String?
        if let live = entry.answering(entry.record.live) {
            let differences = Contract.differences(live: live.signature, candidate: model.signature)
            guard differences.isEmpty || context.force else {
                throw ControlError(
                    .contractBroken,
                    "version \(model.version) does not accept every request version \(live.version) accepts; "
                        + "fix it, or override with `force` and a `reason`",
                    details: differences
                )
            }
            if !differences.isEmpty { detail = differences.joined(separator: "; ") }
        }
        var record = entry.record
        record.revision += 1
        record.slots[slot] = .init(source: model.source, version: model.version, digest: model.digest)
        if record.live == nil { record.live = slot }
        if record.standby == slot { (record.standby, record.promotion) = (nil, nil) }
        let ended = record.endSplit(at: self.now())
        let audit = try await self.commit(
            record,
            action,
            context,
            liveBefore: entry.record.live,
            slot: slot,
            version: model.version,
            detail: [detail, ended].joined,
            fingerprint: fingerprint
        )
        self.occupy(name, slot, with: model)
        await self.publish()
        return audit
    }

    /// Puts a prepared model into its slot; what was there goes with the next generation.
    func occupy(_ name: String, _ slot: Slot, with model: LoadedModel) {
        guard var place = self.entries[name]?[slot] else { return }
        if case .loading = place.machine.state { try? place.machine.beginWarmUp() }
        try? place.machine.becomeReady()
        place.model = model
        place.incoming = nil
        self.entries[name]?[slot] = place
        if let entry = self.entries[name], entry.answering(entry.record.live) != nil {
            self.entries[name]?.problem = nil
        }
    }

    private func empty(
        _ entry: ModelEntry,
        _ slot: Slot,
        _ context: ActionContext,
        _ fingerprint: String
    ) async throws(ControlError) -> ActionReply {
        let model = entry.record.model
        if entry.record.live == slot, !context.force {
            throw ControlError(
                .slotBusy,
                "slot \(slot.rawValue) of model '\(model)' is live; promote the other slot first"
            )
        }
        guard !entry[slot].machine.isBusy else {
            throw ControlError(
                .slotBusy,
                "slot \(slot.rawValue) of model '\(model)' is \(entry[slot].machine.state.name)"
            )
        }
        var record = entry.record
        record.revision += 1
        record.slots[slot] = nil
        if record.live == slot { record.live = nil }
        if record.standby == slot || record.live == nil { (record.standby, record.promotion) = (nil, nil) }
        let ended = record.endSplit(at: self.now())
        let audit = try await self.commit(
            record,
            "unload",
            context,
            liveBefore: entry.record.live,
            slot: slot,
            version: entry[slot].model?.version,
            detail: ended,
            fingerprint: fingerprint
        )
        if entry[slot].model == nil {
            self.entries[model]?[slot] = ModelEntry.Place()
        } else {
            try? self.entries[model]?[slot].machine.beginDrain()
        }
        await self.publish()
        return ActionReply(action: "unload", audit: audit, status: try self.status(of: model))
    }

    /// Waits for the last request, then lets go of the model. Past the limit the slot is reported as overdue and the
    /// wait goes on: a model is never taken from under a running request.
    private func finishDrain(_ model: String, _ slot: Slot) async -> Bool {
        // Nothing was loaded, so nothing runs; the slot may be in other hands already.
        guard case .draining = self.entries[model]?[slot].machine.state else { return true }
        if await self.drain(model, slot: slot) {
            self.letGo(model, slot)
            return true
        }
        try? self.entries[model]?[slot].machine.drainIsOverdue()
        self.logger.warning("drain is overdue", metadata: ["model": "\(model)", "slot": "\(slot.rawValue)"])
        self.ledger.whenDrained(model, slot: slot, before: self.generation) {
            Task { await self.letGo(model, slot) }
        }
        return false
    }

    private func letGo(_ model: String, _ slot: Slot) {
        guard case .draining = self.entries[model]?[slot].machine.state else { return }
        self.entries[model]?[slot] = ModelEntry.Place()
    }

    private func source(_ request: LoadRequest) -> ModelRepository {
        guard let source = request.source else { return self.repository }
        // A path of its own when absolute; `pushing` keeps it inside the repository's folder otherwise.
        return ModelRepository(root: self.repository.root.pushing(FilePath(source)))
    }

    private func noteWarming(_ model: String, _ slot: Slot) {
        // The load may be over by the time this runs; then there is nothing to note.
        try? self.entries[model]?[slot].machine.beginWarmUp()
    }

    /// The slot goes back to what it held; the failure is kept for people to read.
    private func noteFailure(_ request: LoadRequest, _ context: ActionContext, _ error: ControlError) async {
        try? self.entries[request.model]?[request.slot].machine.fail(error.message)
        self.entries[request.model]?[request.slot].incoming = nil
        self.entries[request.model]?[request.slot].lastFailure = error.message
        self.logger.warning(
            "load failed",
            metadata: ["model": "\(request.model)", "slot": "\(request.slot.rawValue)", "reason": "\(error.message)"]
        )
        var context = context
        context.idempotencyKey = nil
        _ = try? await self.exclusively { () throws(ControlError) in
            guard let entry = self.entries[request.model] else { throw self.unknown(request.model) }
            return try await self.commit(
                entry.record,
                "load_failed",
                context,
                liveBefore: entry.record.live,
                slot: request.slot,
                version: request.version,
                detail: error.message
            )
        }
    }
}
