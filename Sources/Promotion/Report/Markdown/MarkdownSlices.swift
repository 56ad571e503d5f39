import SemanticSearch

/// The first slices with a few requests of each, coverage, and how the spaces of embeddings compare.
enum MarkdownSlices {
    private static let detailed = 3

    static func markdown(_ report: ReleaseReport) -> Markdown {
        guard let document = report.slices?.document else { return "" }
        let coverage: Markdown = document.coverage.map { " \($0.sentence)" } ?? ""
        let parts: [Markdown] = [
            "Slices: \(document.findings.sentence)\(coverage)\n", self.table(document.findings),
            self.examples(document, ReportAnswer(report).role), self.spaces(document.spaces),
        ]
        return parts.filter { $0.bytes > 0 }.joined(separator: "\n")
    }

    private static func table(_ findings: SliceFindings) -> Markdown {
        guard !findings.slices.isEmpty else { return "" }
        let rows: [Markdown] = findings.slices.map { slice in
            """
            | \(slice.stateSymbol) \(slice.stateText) | \(slice.label, limit: 100) | \(slice.supportText) | \
            \(Figures.percent(slice.inside.divergence)) | \(Figures.percent(slice.outside.divergence)) | \
            \(slice.excessText) (\(slice.boundsText)) | \(slice.termsText ?? "", limit: 80) |

            """
        }
        return """
            | State | Slice | Pairs | Divergence | Elsewhere | Excess, tested | Words |
            |---|---|--:|--:|--:|--:|---|
            \(Markdown.fitting(rows, bytes: 3_000) { "| | and \($0) more slices | | | | | |\n" })
            """
    }

    private static func examples(_ document: SlicesDocument, _ role: String) -> Markdown {
        let excerpts = Dictionary(document.excerpts.map { ($0.id, $0) }) { first, _ in first }
        let rows: [Markdown] = document.findings.slices.prefix(self.detailed).flatMap { slice in
            slice.shown.compactMap { excerpts[$0] }.map { excerpt in
                """
                | \(slice.label, limit: 40) | \(excerpt.request, limit: 100) | \(excerpt.live, limit: 60) | \
                \(excerpt.candidate, limit: 60) |

                """
            }
        }
        guard !rows.isEmpty else { return "" }
        return """
            <details><summary>Requests of the first slices</summary>

            | Slice | Request | Live | \(role.capitalised) |
            |---|---|---|---|
            \(Markdown.fitting(rows, bytes: 3_500) { "| and \($0) more requests | | | |\n" })
            </details>

            """
    }

    private static func spaces(_ spaces: SpaceReport?) -> Markdown {
        guard let spaces else { return "" }
        let figures = spaces.lines.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        let worst = spaces.worst.prefix(3).map { "\($0.id)" }.joined(separator: ", ")
        let items = worst.isEmpty ? "" : " Pairs whose neighbours changed most: \(worst)."
        return "Embeddings: \(spaces.title). \(spaces.why.sentence) \(figures).\(items)\n"
    }
}
