import Promotion
import ServingCore

extension DemoReport {
    /// The tables a person reads at the end.
    package var text: String {
        [self.gateTable, self.slotTable, self.cutovers, self.mirroring, self.differing, self.books, self.files]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private var gateTable: String {
        guard !self.judgements.isEmpty else { return "" }
        var table = TextTable(["model", "candidate", "the gate", "pairs", "labels", "time"], leading: 3)
        for one in self.judgements {
            table.add([
                one.model,
                "version \(one.version)",
                one.given?.decision.rawValue ?? "-",
                Figures.count(Int(clamping: one.given?.verdict.inputs.pairs ?? 0)),
                Figures.count(Int(clamping: one.labels)),
                Figures.seconds(one.seconds),
            ])
        }
        return table.text
    }

    private var files: String {
        let files = self.judgements.compactMap(\.report)
        return files.isEmpty ? "" : (["reports"] + files.map { "  \($0)" }).joined(separator: "\n")
    }

    private var slotTable: String {
        var table = TextTable(
            ["model", "slot", "version", "requests", "failures", "p50", "p99", "right", "stated"],
            leading: 2
        )
        for row in self.rows {
            table.add([
                row.model,
                row.slot.isEmpty ? "(none)" : row.slot,
                row.version.map { "\($0)" } ?? "-",
                Figures.count(row.requests),
                Figures.count(row.failures),
                Figures.milliseconds(nanoseconds: row.median),
                Figures.milliseconds(nanoseconds: row.percentile99),
                row.accuracy.judged == 0
                    ? "-" : Figures.percent(Double(row.accuracy.right) / Double(row.accuracy.judged)),
                row.stated.map { Figures.percent($0) } ?? "-",
            ])
        }
        return table.text
    }

    private var cutovers: String {
        let done = self.flips.filter { $0.problem == nil }
        guard !self.flips.isEmpty else { return "" }
        var lines = [
            "cutovers under load   \(done.count) of \(self.flips.count), \(done.count(where: \.isDrained)) drained"
        ]
        if let line = self.times("acknowledged by all event loops", done.map(\.acknowledged)) { lines.append(line) }
        if let line = self.times("with durable record and drain", done.map(\.returned)) { lines.append(line) }
        lines.append("  answers from a drained generation: \(Figures.count(self.stale))")
        return lines.joined(separator: "\n")
    }

    private func times(_ title: String, _ microseconds: [Double]) -> String? {
        guard let median = Figures.median(microseconds), let longest = microseconds.max() else { return nil }
        return "  \(title): median \(Figures.milliseconds(median)), longest \(Figures.milliseconds(longest))"
    }

    private var books: String {
        guard !self.laws.isEmpty else { return "" }
        return (["laws"] + self.laws.map { "  \($0.holds ? "holds" : "BROKEN")  \($0.text)" }).joined(separator: "\n")
    }
}
