package import ServingCore

/// How much of live traffic is mirrored. One durable write: nothing that answers clients moves, so there is no intent to
/// take back after a crash.
extension SlotManager {
    package func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        if let problem = change.problem { throw ControlError(.invalidRequest, problem) }
        let fingerprint =
            change.resets
            ? "traffic \(model) reset" : "traffic \(model) \(Self.text(change.shadow)) \(Self.text(change.noise))"
        return try await self.exclusively { () throws(ControlError) in
            guard let entry = self.entries[model] else { throw self.unknown(model) }
            if let reply = try await self.replay("traffic", model, fingerprint: fingerprint, context) { return reply }
            try self.checkForce(context)
            try self.checkRevision(entry, context)
            // Before its first version is stored a model's manifest says what is served, and a record would hide it.
            guard entry.record.revision > 0 else {
                throw ControlError(.notReady, "model '\(model)' has never been served; load a version first")
            }
            return try await self.store(change, entry, context, fingerprint)
        }
    }

    private func store(
        _ change: TrafficChange,
        _ entry: ModelEntry,
        _ context: ActionContext,
        _ fingerprint: String
    ) async throws(ControlError) -> ActionReply {
        let before = entry.traffic
        var changed = entry
        changed.record.revision += 1
        changed.record.traffic = change.applied(to: before)
        let after = changed.traffic
        var detail = "shadow \(before.shadow) -> \(after.shadow), noise \(before.noise) -> \(after.noise)"
        if change.resets { detail += ", as the manifest says" }
        let audit = try await self.commit(
            changed.record,
            "traffic",
            context,
            liveBefore: entry.record.live,
            detail: detail,
            fingerprint: fingerprint
        )
        await self.refreshTrials()
        return ActionReply(action: "traffic", audit: audit, status: try self.status(of: entry.record.model))
    }

    private static func text(_ share: Double?) -> String { share.map { "\($0)" } ?? "-" }
}
