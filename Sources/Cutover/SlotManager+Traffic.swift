package import ServingCore

/// How much of live traffic is mirrored, and which share of clients the candidate answers.
extension SlotManager {
    package func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        if let problem = change.problem { throw ControlError(.invalidRequest, problem) }
        return try await self.changeTraffic(model, context, fingerprint: "traffic \(model) \(change.fingerprint)") {
            (entry, record, time) throws(ControlError) in
            var details: [String] = []
            if change.changesMirroring {
                let before = entry.traffic
                var changed = entry
                changed.record.traffic = change.applied(to: before)
                record.traffic = changed.record.traffic
                let after = changed.traffic
                var detail = "shadow \(before.shadow) -> \(after.shadow), noise \(before.noise) -> \(after.noise)"
                if change.resets { detail += ", as the manifest says" }
                details.append(detail)
            }
            if let split = change.split {
                details.append(try self.setSplit(split.applied(to: entry.split, at: time), entry, &record))
            }
            return details.joined(separator: ", ")
        }
    }

    /// Changes what a model's record says of its traffic.
    ///
    /// One durable write, and for a split one publication behind it, without the intent of a cutover: both versions are
    /// loaded, the live one stays live, and either side is a right one for any client. So it does not matter on which
    /// side of the write a crash comes: the next start does what the record says, and who was told of a change finds it.
    ///
    /// - Parameter apply: makes the change, at a time, and says in words from what to what.
    func changeTraffic(
        _ model: String,
        _ context: ActionContext,
        fingerprint: String,
        _ apply: (ModelEntry, inout ModelRecord, Int64) throws(ControlError) -> String
    ) async throws(ControlError) -> ActionReply {
        try await self.exclusively { () throws(ControlError) in
            guard let entry = self.entries[model] else { throw self.unknown(model) }
            if let reply = try await self.replay("traffic", model, fingerprint: fingerprint, context) { return reply }
            try self.checkForce(context)
            try self.checkRevision(entry, context)
            // Before its first version is stored a model's manifest says what is served, and a record would hide it.
            guard entry.record.revision > 0 else {
                throw ControlError(.notReady, "model '\(model)' has never been served; load a version first")
            }
            var record = entry.record
            record.revision += 1
            let detail = try apply(entry, &record, self.now())
            let audit = try await self.commit(
                record,
                "traffic",
                context,
                liveBefore: record.live,
                detail: detail,
                fingerprint: fingerprint
            )
            // Who answers is routing, with a generation; what is mirrored is not.
            if record.split == entry.record.split { await self.refreshTrials() } else { await self.publish() }
            return ActionReply(action: "traffic", audit: audit, status: try self.status(of: model))
        }
    }
}

extension TrafficChange {
    /// Tells whether a repeated call asks for the same.
    fileprivate var fingerprint: String {
        if self.resets { return "reset" }
        var parts = [self.shadow, self.noise, self.split?.share].map { $0.map { "\($0)" } ?? "-" }
        guard let split else { return parts.joined(separator: " ") }
        parts.append(split.key?.text ?? "-")
        parts += [split.seed, split.stepTime].map { $0.map { "\($0)" } ?? "-" }
        parts += (split.ramp ?? []).map { "\($0)" }
        return parts.joined(separator: " ")
    }
}
