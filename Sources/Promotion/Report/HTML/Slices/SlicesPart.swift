import SemanticSearch

/// Parts of the traffic that search has found, ranked by how much more the candidate differs there than elsewhere.
enum SlicesPart {
    /// Slices that are shown with requests.
    private static let detailed = 5

    static func markup(_ report: ReleaseReport) -> Markup {
        guard let section = report.slices else { return "" }
        let document = section.document
        let content: Markup = """
            <p>Groups of requests that are alike, found without being declared: one half of the distinct requests proposes \
            them, the other is asked whether the answers differ more there than elsewhere. \(document.findings.sentence)</p>
            \(self.coverage(document))\(self.table(document.findings))\(self.articles(document, report))\
            \(MapPlot.figure(section))\(SpacesPart.markup(document.spaces))
            """
        return HTMLReport.section("slices", "Slices", content)
    }

    private static func coverage(_ document: SlicesDocument) -> Markup {
        var sentences = document.coverage.map { [$0.sentence] } ?? []
        if document.backlog > 0 {
            sentences.append("\(Figures.count(document.backlog)) kept pairs are not looked at yet.")
        }
        return sentences.isEmpty ? "" : "<p>\(sentences.joined(separator: " "))</p>\n"
    }

    private static func table(_ findings: SliceFindings) -> Markup {
        guard !findings.slices.isEmpty else { return "" }
        let bar = ExcessBar(findings.slices.map(\.excess))
        let rows: [Markup] = findings.slices.map { self.row($0, bar) }
        return """
            <table class="slices"><thead><tr><th scope="col">Slice</th><th scope="col" class="number">Pairs</th>\
            <th scope="col" class="number">Divergence</th><th scope="col" class="number">Elsewhere</th>\
            <th scope="col" class="excess">Excess, tested</th><th scope="col">State</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }

    private static func row(_ slice: Slice, _ bar: ExcessBar) -> Markup {
        let terms: Markup = slice.termsText.map { "<small>words: \($0)</small>" } ?? ""
        return """
            <tr><th scope="row">\(PlainText.line(slice.label, 160))\(terms)</th>\
            <td class="number">\(slice.supportText)</td>\
            <td class="number">\(Figures.percent(slice.inside.divergence))</td>\
            <td class="number">\(Figures.percent(slice.outside.divergence))</td>\
            <td class="excess">\(bar.markup(slice.excess))<b>\(slice.excessText)</b><small>\(slice.boundsText)</small></td>\
            <td>\(slice.stateSymbol) \(slice.stateText)</td></tr>

            """
    }

    // MARK: Requests

    private static func articles(_ document: SlicesDocument, _ report: ReleaseReport) -> Markup {
        let excerpts = Dictionary(document.excerpts.map { ($0.id, $0) }) { first, _ in first }
        let role = ReportAnswer(report).role
        return document.findings.slices.prefix(self.detailed).map { slice in
            let shown = slice.shown.compactMap { excerpts[$0] }
            return shown.isEmpty ? "" : self.article(slice, shown, role)
        }.joined()
    }

    private static func article(_ slice: Slice, _ shown: [SlicesDocument.Excerpt], _ role: String) -> Markup {
        let rows: [Markup] = shown.map { excerpt in
            """
            <tr><th scope="row">\(self.text(excerpt.request))<small>pair <code>\(excerpt.id)</code></small></th>\
            <td>\(self.text(excerpt.live))</td><td>\(self.text(excerpt.candidate))</td></tr>

            """
        }
        return """
            <article class="slice">
            <h3>\(PlainText.line(slice.label, 160)) <small>\(slice.supportText) pairs\(self.outcomes(slice))</small></h3>
            \(self.segments(slice))<table class="examples"><thead><tr><th scope="col">Request</th>\
            <th scope="col">Live</th><th scope="col">\(role.capitalised)</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>
            </article>

            """
    }

    private static func text(_ text: String) -> Markup {
        text.isEmpty ? "<span class=\"none\">nothing of it was kept</span>" : "\(PlainText.line(text, 300))"
    }

    private static func outcomes(_ slice: Slice) -> String {
        let parts = [("diverged", slice.inside.diverged), ("failed", slice.inside.candidateFailed)].filter { $0.1 > 0 }
        return parts.map { ", \(Figures.percent($0.1)) \($0.0)" }.joined()
    }

    private static func segments(_ slice: Slice) -> Markup {
        guard !slice.segments.isEmpty else { return "" }
        let parts: [Markup] = slice.segments.prefix(5).map { segment in
            """
            <code>\(PlainText.line("\(segment.key)=\(segment.value)", 140))</code> \(Figures.percent(segment.inside)), \
            elsewhere \(Figures.percent(segment.outside))
            """
        }
        return "<p class=\"meta\">\(parts.joined(separator: " · "))</p>\n"
    }
}
