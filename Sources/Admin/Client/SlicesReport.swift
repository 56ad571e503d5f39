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
        let end = self.coverage(document.coverage) + self.spaces(document.spaces) + ReportText.backlog(document.backlog)
        return ([self.head(document)] + slices + (end.isEmpty ? [] : [end])).joined(separator: "\n")
    }

    private static func head(_ document: SlicesDocument) -> String {
        let findings = document.findings
        var line = "release \(document.release): \(ReportText.count(findings.pairs)) pairs, "
        line += "\(ReportText.count(findings.requests)) distinct requests, "
        line += "mean divergence \(ReportText.divergence(findings.divergence))"
        var text = ReportText.line(line)
        if findings.epoch == 0 {
            text += "too few distinct requests to propose slices: they are proposed at "
            return text + "\(ReportText.count(findings.nextEpoch))\n"
        }
        if findings.slices.isEmpty { text += "no part of the traffic stands out\n" }
        if !findings.confirmed.isEmpty {
            text += "slices with * are confirmed: at most \(ReportText.percent(findings.alpha)) of them are expected "
            text += "to be false\n"
        } else if !findings.slices.isEmpty {
            text += "none of the slices is confirmed: each may be chance\n"
        }
        text += "slices were proposed from \(ReportText.count(findings.proposedFrom)) distinct requests, the next time "
        return text + "at \(ReportText.count(findings.nextEpoch))\n"
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

    private static func coverage(_ coverage: CoverageFinding?) -> String {
        guard let coverage else { return "" }
        var line = "coverage: of \(ReportText.count(coverage.reference)) requests of earlier releases "
        line += "\(ReportText.count(coverage.covered)) (\(ReportText.share(coverage.share))) have a like one here, "
        line += "within a cosine distance of \(ReportText.number(coverage.radius))"
        return ReportText.line(line)
    }
}
