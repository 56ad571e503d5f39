import Promotion
package import SemanticSearch
import ServingCore

/// A release's slices, for people.
package enum SlicesReport {
    private static let examples = 3

    /// Confirmed slices carry `*`; under each what its requests are like and what became of them.
    package static func text(_ document: SlicesDocument) -> String {
        let excerpts = Dictionary(document.excerpts.map { ($0.id, $0) }) { first, _ in first }
        let slices = document.findings.slices.enumerated().map { place, slice in
            self.slice(slice, rank: place + 1, excerpts)
        }
        let coverage = document.coverage.map { ReportText.line($0.sentence) } ?? ""
        let end = coverage + self.spaces(document.spaces) + ReportText.backlog(document.backlog)
        return ([self.head(document)] + slices + (end.isEmpty ? [] : [end])).joined(separator: "\n")
    }

    private static func head(_ document: SlicesDocument) -> String {
        let findings = document.findings
        var line = "release \(document.release): \(ReportText.count(findings.pairs)) pairs, "
        line += "\(ReportText.count(findings.requests)) distinct requests, "
        line += "mean divergence \(ReportText.divergence(findings.divergence))"
        let text = ReportText.line(line) + ReportText.line(findings.sentence)
        guard findings.epoch > 0 else { return text }
        line = "Slices were proposed from \(ReportText.count(findings.proposedFrom)) distinct requests, the next time "
        return text + ReportText.line(line + "at \(ReportText.count(findings.nextEpoch)).")
    }

    private static func slice(_ slice: Slice, rank: Int, _ excerpts: [Int64: SlicesDocument.Excerpt]) -> String {
        var text = ReportText.line("\(slice.confirmed ? "*" : " ") \(rank). \(slice.id) \(slice.label)")
        var line = "     \(ReportText.count(slice.support)) pairs (\(ReportText.share(slice.share))), "
        line += "divergence \(ReportText.divergence(slice.inside.divergence)) inside, "
        line += "\(ReportText.divergence(slice.outside.divergence)) outside"
        text += ReportText.line(line)
        let excess = slice.excess
        line = "     excess \(ReportText.divergence(excess.mean)) (\(ReportText.divergence(excess.lower)) to "
        line += "\(ReportText.divergence(excess.upper))) by \(ReportText.count(excess.requests)) held-out requests"
        text += ReportText.line(line) + self.failures(slice)
        if !slice.terms.isEmpty {
            text += ReportText.line("     terms: \(slice.terms.map(\.word).joined(separator: ", "))")
        }
        for segment in slice.segments {
            line = "     \(segment.key)=\(segment.value): \(ReportText.share(segment.inside)) inside, "
            text += ReportText.line(line + "\(ReportText.share(segment.outside)) outside")
        }
        return text + self.table(slice, excerpts)
    }

    private static func failures(_ slice: Slice) -> String {
        let shares = [
            ("candidate failed", slice.inside.candidateFailed, slice.outside.candidateFailed),
            ("live failed", slice.inside.liveFailed, slice.outside.liveFailed),
        ]
        return shares.filter { $0.1 > 0 }.map { name, inside, outside in
            "     \(name): \(ReportText.share(inside)) inside, \(ReportText.share(outside)) outside\n"
        }.joined()
    }

    private static func table(_ slice: Slice, _ excerpts: [Int64: SlicesDocument.Excerpt]) -> String {
        var table = TextTable(["     ", "PAIR", "REQUEST", "LIVE -> CANDIDATE"])
        for (title, ids) in [("     typical", slice.examples), ("     most divergent", slice.mostDivergent)] {
            for id in ids.prefix(self.examples) {
                guard let excerpt = excerpts[id] else { continue }
                table.add([
                    title, "\(id)", ReportText.excerpt(excerpt.request),
                    ReportText.change(excerpt.live, excerpt.candidate),
                ])
            }
        }
        return table.isEmpty ? "" : table.text
    }

    /// How the two sides' embeddings compare; nothing for outputs that are none.
    private static func spaces(_ spaces: SpaceReport?) -> String {
        guard let spaces else { return "" }
        var table = TextTable(["  FIGURE", "VALUE", "WHAT IT SAYS"])
        for line in spaces.lines { table.add(["  \(line.name)", line.value, line.meaning]) }
        let items = spaces.worst.prefix(3).map { item in
            let neighbours = item.neighboursText.isEmpty ? "" : "; \(item.neighboursText)"
            return ReportText.line(
                "  pair \(item.id): \(ReportText.share(item.overlap)) of its neighbours stay\(neighbours)"
            )
        }
        return ReportText.line("Embeddings: \(spaces.title) (\(spaces.why))") + table.text + items.joined()
    }
}
