import ServingCore

/// What was done to the model, by whom, and why.
enum AuditSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        guard !report.audit.isEmpty else {
            return HTMLReport.section("audit", "Audit trail", "<p class=\"note\">Nothing is recorded.</p>\n")
        }
        let content: Markup = """
            <table class="audit"><thead><tr><th scope="col">Time</th><th scope="col">Action</th><th scope="col">By</th>\
            <th scope="col">Live</th><th scope="col">Why and what</th></tr></thead><tbody>
            \(report.audit.map(self.row).joined())</tbody></table>

            """
        return HTMLReport.section("audit", "Audit trail", content)
    }

    private static func row(_ entry: AuditEntry) -> Markup {
        let forced: Markup = entry.forced ? " <strong>forced</strong>" : ""
        return """
            <tr id="\(Anchor.audit(entry.id))"><td><time datetime="\(ReportTime.iso8601(entry.at))">\
            \(ReportTime.text(entry.at))</time><small>row \(entry.id), revision \(entry.revision)</small></td>\
            <th scope="row">\(PlainText.line(entry.action, 60))\(forced)</th><td>\(PlainText.line(entry.actor, 120))</td>\
            <td>\(self.live(entry))</td><td>\(self.details(entry))</td></tr>

            """
    }

    private static func live(_ entry: AuditEntry) -> String {
        let (before, after) = (entry.liveBefore?.rawValue, entry.liveAfter?.rawValue)
        return before == after ? after ?? "" : "\(before ?? "none") → \(after ?? "none")"
    }

    private static func details(_ entry: AuditEntry) -> Markup {
        var parts: [Markup] = []
        if let reason = entry.reason { parts.append("“\(PlainText.line(reason, 300))”") }
        if let slot = entry.slot {
            parts.append("\(slot.rawValue)\(entry.version.map { ": version \($0)" } ?? "")")
        }
        if let verdict = entry.verdict { parts.append("verdict \(verdict)") }
        if let detail = entry.detail { parts.append("\(PlainText.line(detail, 300))") }
        parts += entry.digests.sorted { $0.key < $1.key }.map { slot, digest in
            "\(PlainText.line(slot, 20)) <code>\(PlainText.line(digest, 13))</code>"
        }
        return parts.joined(separator: " · ")
    }
}
