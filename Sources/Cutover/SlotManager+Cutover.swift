package import ServingCore
import Slots
import Telemetry

/// Moving traffic: one atomic step per event loop, durable intent before, confirmation after.
extension SlotManager {
    package func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try await self.cutOver(model, "promote", context) { (entry) throws(ControlError) in
            guard let live = entry.record.live else {
                throw ControlError(.notReady, "model '\(model)' has no live slot; load a version first")
            }
            return live.other
        }
    }

    package func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try await self.cutOver(model, "rollback", context) { (entry) throws(ControlError) in
            guard let standby = entry.record.standby else {
                throw ControlError(.notReady, "model '\(model)' has nothing to roll back to: no promotion to take back")
            }
            return standby
        }
    }

    private func cutOver(
        _ model: String,
        _ action: String,
        _ context: ActionContext,
        target: (ModelEntry) throws(ControlError) -> Slot
    ) async throws(ControlError) -> ActionReply {
        let clock = ContinuousClock()
        let start = clock.now
        let fingerprint = "\(action) \(model)" + (context.verdict.map { " verdict \($0)" } ?? "")
        var reply = try await self.exclusively { () throws(ControlError) in
            guard let entry = self.entries[model] else { throw self.unknown(model) }
            if let reply = try await self.replay(action, model, fingerprint: fingerprint, context) { return reply }
            try self.checkForce(context)
            try self.checkRevision(entry, context)
            let slot = try target(entry)
            let contract = try self.checkTarget(entry, slot, action, context)
            let (verdict, opinion) = try await self.askGate(entry, slot, action, context)
            let overridden = [contract, opinion].compactMap { $0 }.joined(separator: "; ")
            return try await self.move(
                entry,
                to: slot,
                action,
                context,
                verdict,
                overridden.isEmpty ? nil : overridden,
                fingerprint
            )
        }
        guard !reply.replayed else { return reply }
        reply.cutoverMicroseconds = (clock.now - start).microseconds
        self.cutovers.record(nanoseconds: UInt64(max(0, (clock.now - start).microseconds * 1_000)))
        if context.waitsForDrain { reply.drained = await self.drain(model, slot: nil) }
        reply.status = try self.status(of: model)
        return reply
    }

    /// Returns the contract differences that `force` overrides, nil when there are none.
    private func checkTarget(
        _ entry: ModelEntry,
        _ slot: Slot,
        _ action: String,
        _ context: ActionContext
    ) throws(ControlError) -> String? {
        // A version that is being replaced still answers: good enough to go back to, not what a promotion means.
        let isBusy = entry[slot].machine.isBusy
        guard let candidate = entry.answering(slot), action == "rollback" || !isBusy else {
            let status = entry.status(of: slot)
            throw ControlError(
                isBusy ? .slotBusy : .notReady,
                "slot \(slot.rawValue) of model '\(entry.record.model)' is \(status.state)"
                    + (status.detail.map { ": \($0)" } ?? "") + "; it must be ready to become live"
            )
        }
        // A rollback goes to a side that was live already: never delayed by a check.
        guard action == "promote", let live = entry.answering(entry.record.live) else { return nil }
        let differences = Contract.differences(live: live.signature, candidate: candidate.signature)
        guard !differences.isEmpty else { return nil }
        guard context.force else {
            throw ControlError(
                .contractBroken,
                "version \(candidate.version) does not accept every request version \(live.version) accepts; "
                    + "fix it, or override with `force` and a `reason`",
                details: differences
            )
        }
        return differences.joined(separator: "; ")
    }

    /// The verdict a promotion rests on, or what the gate says that `force` overrides. Nobody is asked when nothing is live
    /// that could be better, and never for a rollback: it must not wait for an analysis.
    private func askGate(
        _ entry: ModelEntry,
        _ slot: Slot,
        _ action: String,
        _ context: ActionContext
    ) async throws(ControlError) -> (verdict: Int64?, overridden: String?) {
        guard action == "promote" else { return (context.verdict, nil) }
        guard let gate = self.promotionGate, let liveSlot = entry.record.live, let live = entry.answering(liveSlot),
            let candidate = entry.answering(slot)
        else { return (nil, nil) }
        let promotion = AskedPromotion(
            model: entry.record.model,
            live: Release.Side(slot: liveSlot, version: live.version, digest: live.digest),
            candidate: Release.Side(slot: slot, version: candidate.version, digest: candidate.digest),
            policy: live.manifest.gate,
            verdict: context.verdict
        )
        guard !context.force else { return (nil, await gate.opinion(on: promotion)) }
        return (try await gate.admit(promotion), nil)
    }

    private func move(
        _ entry: ModelEntry,
        to slot: Slot,
        _ action: String,
        _ context: ActionContext,
        _ verdict: Int64?,
        _ overridden: String?,
        _ fingerprint: String
    ) async throws(ControlError) -> ActionReply {
        let model = entry.record.model
        let before = entry.record
        var record = before
        record.revision += 1
        record.live = slot
        record.standby = action == "promote" ? before.live : nil
        record.promotion = record.standby == nil ? nil : self.promotion(of: entry[slot].model, verdict)
        let ended = record.endSplit(at: self.now())
        do {
            try await self.store.begin(
                CutoverIntent(
                    model: model,
                    revision: before.revision,
                    from: before.live,
                    to: slot,
                    action: action,
                    actor: context.actor,
                    reason: context.reason,
                    at: self.now()
                )
            )
        } catch {
            throw Self.translate(error)
        }
        var entries = self.entries
        entries[model]?.record = record
        await self.publish(entries)
        do {
            let audit = try await self.commit(
                record,
                action,
                context,
                liveBefore: before.live,
                slot: slot,
                version: entry[slot].model?.version,
                detail: [overridden, ended].joined,
                verdict: verdict,
                fingerprint: fingerprint
            )
            await self.refreshTrials()
            return ActionReply(action: action, audit: audit, status: try self.status(of: model))
        } catch {
            // Not confirmed is not done: back to the side the store still names.
            await self.publish()
            throw error
        }
    }

    private func promotion(of model: LoadedModel?, _ verdict: Int64?) -> StandingPromotion {
        let policy = model?.manifest.gate ?? GatePolicy()
        let time = self.now()
        return StandingPromotion(
            at: time,
            verdict: verdict,
            watchedUntil: time + policy.watch,
            // A watch without a standby could take nothing back.
            keptUntil: policy.soak > 0 ? time + max(policy.soak, policy.watch) : nil
        )
    }
}

extension Duration {
    var microseconds: Double {
        Double(self.components.seconds) * 1e6 + Double(self.components.attoseconds) / 1e12
    }
}
