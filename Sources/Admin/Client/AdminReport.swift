package import ServingCore

/// What the command line prints for people.
package enum AdminReport {
    /// One row per slot.
    package static func models(_ models: [ModelStatus]) -> String {
        guard !models.isEmpty else { return "no models\n" }
        var table = TextTable([
            "MODEL", "REV", "SLOT", "ROLE", "STATE", "VERSION", "RUNS", "WARM-UP", "DIGEST", "DETAIL",
        ])
        for model in models {
            for (index, slot) in model.slots.enumerated() {
                let isFirst = index == 0
                let name = isFirst ? model.model : nil
                let revision = isFirst ? "\(model.revision)" : nil
                table.add([
                    name, revision, slot.slot.rawValue, slot.role == .none ? "-" : slot.role.rawValue, slot.state,
                    slot.version.map { "\($0)" }, slot.execution, slot.warmupMicroseconds.map(ReportText.duration),
                    slot.digest.map { String($0.prefix(12)) }, slot.detail,
                ])
            }
        }
        return table.text
    }

    /// The model's slots with what their manifests say.
    package static func model(_ model: ModelStatus) -> String {
        var text = self.models([model])
        let live = model.live.map(\.rawValue) ?? "none"
        text += "\nlive \(live), revision \(model.revision), generation \(model.generation)"
        if !model.draining.isEmpty {
            text += ", draining generations \(model.draining.map(String.init).joined(separator: " "))"
        }
        text += "\n\(self.shares(model))\n"
        for slot in model.slots {
            var facts = slot.description.map { [$0] } ?? []
            facts += (slot.metrics ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \(ReportText.number($0.value))" }
            if let source = slot.source, source != model.model { facts.append("from \(source)") }
            guard !facts.isEmpty else { continue }
            text += TerminalText.clean("\(slot.slot.rawValue): \(facts.joined(separator: ", "))", limit: 400) + "\n"
        }
        return text
    }

    /// One line about an acknowledged change.
    package static func action(_ reply: ActionReply, slot: Slot? = nil) -> String {
        let status = reply.status
        var line = "\(status.model): "
        let subject = slot ?? status.live
        let held = status.slots.first { $0.slot == subject }
        let name = (subject?.rawValue ?? "no slot") + (held?.version.map { " (version \($0))" } ?? "")
        switch reply.action {
        case "promote", "rollback": line += "\(name) is live"
        case "traffic": line += self.shares(status)
        default: line += "\(reply.action) of \(name), now \(held?.state ?? "unknown")"
        }
        line += ", revision \(status.revision), audit row \(reply.audit)"
        if let microseconds = reply.cutoverMicroseconds { line += ", switched in \(ReportText.duration(microseconds))" }
        if let drained = reply.drained { line += drained ? ", drained" : ", still draining" }
        if reply.replayed { line += " (answer of an earlier call)" }
        return TerminalText.clean(line, limit: 400) + "\n"
    }

    /// What is mirrored of one model, on one line.
    package static func traffic(_ model: ModelStatus) -> String {
        var line = "\(model.model): \(self.shares(model)), revision \(model.revision)"
        if model.release == nil { line += "; no trial is running, so nothing is mirrored" }
        return TerminalText.clean(line, limit: 400) + "\n"
    }

    private static func shares(_ model: ModelStatus) -> String {
        "shadow \(ReportText.percent(model.traffic.shadow)), noise \(ReportText.percent(model.traffic.noise)), "
            + (model.isTrafficSet ? "as an operator set them" : "as the manifest says")
    }

    /// Newest first, as the server sends it.
    package static func audit(_ entries: [AuditEntry]) -> String {
        guard !entries.isEmpty else { return "no entries\n" }
        var table = TextTable(["ROW", "TIME", "MODEL", "ACTION", "SLOT", "VERSION", "LIVE", "REV", "ACTOR", "REASON"])
        for entry in entries {
            var change: String?
            if entry.liveBefore != entry.liveAfter {
                change = "\(entry.liveBefore?.rawValue ?? "none") -> \(entry.liveAfter?.rawValue ?? "none")"
            }
            let notes = [entry.forced ? "FORCED" : nil, entry.reason, entry.detail].compactMap(\.self)
            table.add([
                "\(entry.id)", Timestamp.iso8601(microseconds: entry.at), entry.model, entry.action,
                entry.slot?.rawValue, entry.version.map { "\($0)" }, change, "\(entry.revision)", entry.actor,
                notes.joined(separator: "; "),
            ])
        }
        return table.text
    }
}
