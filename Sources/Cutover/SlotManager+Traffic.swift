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
        let fingerprint = "traffic \(model) \(Self.text(change.shadow)) \(Self.text(change.noise))"
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
        let after = change.applied(to: before)
        var record = entry.record
        record.revision += 1
        record.traffic = after
        let audit = try await self.commit(
            record,
            "traffic",
            context,
            liveBefore: record.live,
            detail: "shadow \(before.shadow) -> \(after.shadow), noise \(before.noise) -> \(after.noise)",
            fingerprint: fingerprint
        )
        await self.refreshTrials()
        return ActionReply(action: "traffic", audit: audit, status: try self.status(of: record.model))
    }

    private static func text(_ share: Double?) -> String { share.map { "\($0)" } ?? "-" }
}
