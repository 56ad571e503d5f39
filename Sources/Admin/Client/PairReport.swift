import Comparison
import ServingCore
package import Trials

/// Pairs, for people.
package enum PairReport {
    /// One row per pair; diverged ones carry `*`.
    package static func table(_ document: PairsDocument) -> String {
        guard !document.pairs.isEmpty else { return "no pairs\n" }
        var table = TextTable([
            "ID", "TIME", "", "DIVERGENCE", "NOISE", "LIVE", "CANDIDATE", "LIVE TIME", "CANDIDATE TIME", "REQUEST",
            "SEGMENTS", "REASON",
        ])
        for pair in document.pairs {
            table.add([
                "\(pair.id)", Timestamp.iso8601(microseconds: pair.id), pair.diverged ? "*" : "",
                ReportText.divergence(pair.divergence), pair.noiseDivergence.map(ReportText.divergence), pair.live,
                pair.candidate, self.duration(pair.liveNanoseconds), self.duration(pair.candidateNanoseconds),
                pair.requestID, self.segments(pair.segments), pair.reason,
            ])
        }
        var text = table.text
        if let next = document.next { text += "there are more: --before \(next)\n" }
        return text
    }

    /// One pair in full. Lines that begin with `>` differ.
    package static func pair(_ pair: PairDocument) -> String {
        var text = self.head(pair)
        for input in pair.inputs { text += "\n" + PairElements.input(input) }
        for output in pair.outputs { text += "\n" + self.output(output) }
        return text
    }

    private static func head(_ pair: PairDocument) -> String {
        let summary = pair.summary
        var line = "pair \(summary.id) of trial \(summary.release), \(Timestamp.iso8601(microseconds: summary.id))"
        if let id = summary.requestID { line += ", request \(id)" }
        var text = ReportText.line(line)
        line = "live: \(summary.live), \(self.duration(summary.liveNanoseconds)); "
        line += "candidate: \(summary.candidate), \(self.duration(summary.candidateNanoseconds))"
        if let noise = summary.noise {
            line += "; live asked again: \(noise), \(self.duration(summary.noiseNanoseconds ?? 0))"
        }
        text += ReportText.line(line)
        if let reason = summary.reason { text += ReportText.line("reason: \(reason)") }
        line = "divergence \(ReportText.divergence(summary.divergence))"
        if let noise = summary.noiseDivergence { line += ", noise \(ReportText.divergence(noise))" }
        text += ReportText.line(line + (summary.diverged ? ", diverged" : ", within tolerance"))
        if !summary.segments.isEmpty { text += ReportText.line("segments: \(self.segments(summary.segments))") }
        if pair.mode != .full { text += "kept in mode \(pair.mode.rawValue)\n" }
        return text
    }

    private static func output(_ output: PairDocument.OutputDocument) -> String {
        var line = "\(output.diverged ? "> " : "  ")output \(output.name)"
        if let title = PairElements.title(of: output) { line += " \(title)" }
        if let divergence = output.divergence { line += ", divergence \(ReportText.divergence(divergence))" }
        if let noise = output.noiseDivergence { line += ", noise \(ReportText.divergence(noise))" }
        if let sentence = output.sentence { line += ": \(sentence)" }
        var text = ReportText.line(line) + PairElements.legs(output)
        for field in output.fields {
            let change = "\(field.live ?? "nothing") -> \(field.candidate ?? "nothing")"
            text += ReportText.line(">   \(field.path), \(field.kind.rawValue): \(change)")
        }
        if !output.details.isEmpty {
            let details = output.details.sorted { $0.key < $1.key }
            text += ReportText.line(
                "    " + details.map { "\($0.key) \(ReportText.number($0.value))" }.joined(separator: ", ")
            )
        }
        return text
    }

    private static func segments(_ segments: [Segment]) -> String {
        segments.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }

    private static func duration(_ nanoseconds: UInt64) -> String { ReportText.duration(Double(nanoseconds) / 1000) }
}
