package import SemanticSearch
import ServingCore

/// What a search found, for people.
package enum SearchReport {
    /// One row per distinct content, best first; those that diverged carry `*`. Then where the hits lie, and what to know.
    package static func text(_ document: SearchDocument) -> String {
        self.table(document.hits) + self.slices(document.slices) + self.scope(document)
    }

    private static func table(_ hits: [SearchHit]) -> String {
        guard !hits.isEmpty else { return "nothing found\n" }
        var table = TextTable([
            "RANK", "SIMILARITY", "", "DIVERGENCE", "PAIRS", "REQUEST", "LIVE -> CANDIDATE", "SLICE", "PAIR",
        ])
        for (place, hit) in hits.enumerated() {
            table.add([
                "\(place + 1)", hit.similarity.map(ReportText.similarity) ?? "words", hit.pair.diverged ? "*" : "",
                ReportText.divergence(hit.pair.divergence), ReportText.count(hit.pairs),
                ReportText.excerpt(hit.request), ReportText.change(hit.live, hit.candidate), hit.slice,
                "\(hit.pair.id)",
            ])
        }
        return table.text
    }

    private static func slices(_ slices: [SearchDocument.SliceCount]) -> String {
        guard !slices.isEmpty else { return "" }
        let lines = slices.map { slice in
            ReportText.line("  \(slice.id) \(slice.label): \(ReportText.count(slice.hits)) of the hits")
        }
        return "\nslices the hits lie in:\n" + lines.joined()
    }

    private static func scope(_ document: SearchDocument) -> String {
        var line = "searched \(document.field.sentence) of \(ReportText.count(document.searched)) of "
        line += "\(ReportText.count(document.indexed)) pairs"
        if let embedder = document.embedder { line += ", ranked by \(embedder.name)" }
        var text = "\n" + ReportText.line(line)
        if let note = document.note { text += ReportText.line("note: \(note)") }
        return text + ReportText.backlog(document.backlog)
    }
}

extension SearchQuery.Field {
    fileprivate var sentence: String {
        switch self {
        case .requests: "the requests"
        case .live: "the live answers"
        case .candidate: "the candidate's answers"
        case .change: "what the candidate changed"
        }
    }
}

extension ReportText {
    static func count(_ value: Int) -> String { self.count(UInt64(clamping: value)) }

    /// A share to a hundredth of a percent.
    static func share(_ value: Double) -> String { self.percent((value * 10_000).rounded() / 10_000) }

    /// Three decimals, so that a column of them can be compared.
    static func similarity(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let rounded = Int((min(1, max(-1, value)) * 1000).rounded())
        let digits = String(abs(rounded) % 1000)
        return (rounded < 0 ? "-" : "") + "\(abs(rounded) / 1000)."
            + String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The beginning of a request.
    static func excerpt(_ text: String) -> String { TerminalText.clean(text, limit: 60) }

    /// What became of the live answer.
    static func change(_ live: String, _ candidate: String) -> String {
        let sides = [live, candidate].map { $0.isEmpty ? "nothing" : TerminalText.clean($0, limit: 48) }
        return live == candidate ? "both: \(sides[0])" : "\(sides[0]) -> \(sides[1])"
    }

    static func backlog(_ pairs: Int) -> String {
        guard pairs > 0 else { return "" }
        return "\(self.count(pairs)) kept \(pairs == 1 ? "pair is" : "pairs are") not in the index yet\n"
    }
}
