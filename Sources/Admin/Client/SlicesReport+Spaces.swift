import SemanticSearch

extension SlicesReport {
    /// How the two sides' embeddings compare; nothing for outputs that are none.
    static func spaces(_ spaces: SpaceReport?) -> String {
        guard let spaces else { return "" }
        var line = "the outputs are embeddings, of \(ReportText.count(spaces.liveDimension)) values live and "
        line += "\(ReportText.count(spaces.candidateDimension)) of the candidate; spaces: \(spaces.relation.rawValue)"
        var text = ReportText.line(line) + ReportText.line("  \(spaces.why)")
        let figures = self.figures(spaces)
        if !figures.isEmpty { text += ReportText.line("  \(figures.joined(separator: ", "))") }
        text += ReportText.line(
            "  by \(ReportText.count(spaces.items)) items"
                + (spaces.skipped > 0 ? ", \(ReportText.count(spaces.skipped)) left out" : "")
        )
        for item in spaces.worst.prefix(3) {
            line = "  pair \(item.id): \(ReportText.share(item.overlap)) of its neighbours stay"
            if !item.lost.isEmpty { line += "; lost \(item.lost.map(String.init).joined(separator: ", "))" }
            if !item.gained.isEmpty { line += "; gained \(item.gained.map(String.init).joined(separator: ", "))" }
            text += ReportText.line(line)
        }
        return text
    }

    private static func figures(_ spaces: SpaceReport) -> [String] {
        var figures: [String] = []
        if let overlap = spaces.mutualOverlap {
            let chance = spaces.chanceOverlap.map { " (by chance \(ReportText.share($0)))" } ?? ""
            figures.append("\(ReportText.share(overlap)) of the \(spaces.k) nearest neighbours agree\(chance)")
        }
        if let overlap = spaces.rankBiasedOverlap {
            let worst = spaces.worstRankBiasedOverlap.map { " (worst \(ReportText.number($0)))" } ?? ""
            figures.append("rank-biased overlap \(ReportText.number(overlap))\(worst)")
        }
        if let cosine = spaces.cosine { figures.append("mean cosine \(ReportText.number(cosine))") }
        if let cka = spaces.linearCKA { figures.append("linear CKA \(ReportText.number(cka.value))") }
        if let procrustes = spaces.procrustes { figures.append("Procrustes \(ReportText.number(procrustes))") }
        return figures
    }
}
