import Admin
package import LoadGenerator

/// What a replay came to, as text.
package enum ReplaySummary {
    /// - Parameters:
    ///   - total: requests that were to be sent.
    ///   - skipped: lines that were left out.
    package static func text(_ report: LoadReport, total: Int, skipped: Int) -> String {
        let sent = report.scheduled - report.unsent
        var line = "sent \(Figures.count(sent)) of \(Figures.count(total)) requests in "
        line += self.duration(report.seconds)
        if report.seconds > 0, sent > 0 { line += ", \(Figures.count(Int(Double(sent) / report.seconds))) per second" }
        if skipped > 0 { line += "; \(Figures.count(skipped)) lines were no JSON objects and left out" }
        var lines = [line, "answered \(Figures.count(report.answered)), failed \(Figures.count(report.failed))"]
        let failures = self.failures(report)
        if !failures.isEmpty { lines[1] += ": " + failures.joined(separator: ", ") }
        if report.latency.count > 0 {
            let quantiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)].map { name, quantile in
                "\(name) \(Figures.milliseconds(nanoseconds: report.latency.value(at: quantile)))"
            }
            let longest = Figures.milliseconds(nanoseconds: report.latency.maximum)
            lines.append("latency \(quantiles.joined(separator: ", ")), longest \(longest)")
        }
        for slot in report.slots where !slot.name.isEmpty && slot.answered > 0 {
            lines.append("answered by \(slot.name): \(Figures.count(slot.answered))")
        }
        for text in report.failureTexts where !lines.contains("  \(text)") { lines.append("  \(text)") }
        return lines.map { TerminalText.clean($0, limit: 400) + "\n" }.joined()
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 1 ? Figures.milliseconds(seconds * 1_000_000) : "\((seconds * 100).rounded() / 100) s"
    }

    /// By status and by kind, most first.
    private static func failures(_ report: LoadReport) -> [String] {
        var counts = report.statuses.filter { !(200..<300).contains($0.key) }.map { ("status \($0.key)", $0.value) }
        counts += report.failures.filter { $0.key != .status }.map { ($0.key.rawValue, $0.value) }
        return counts.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.0) \(Figures.count($0.1))" }
    }
}
