import Comparison
import ServingCore
import Trials

/// The three worst pairs, folded away.
enum MarkdownPairs {
    private static let pairLimit = 3
    private static let pairBytes = 5_000
    private static let rowLimit = 6
    private static let outputLimit = 4

    static func markdown(_ report: ReleaseReport) -> Markdown {
        let role = ReportAnswer(report).role
        return report.pairs.prefix(self.pairLimit).map { self.pair($0, role) }.joined(separator: "\n")
    }

    private static func pair(_ pair: PairDocument, _ role: String) -> Markdown {
        let summary = pair.summary
        let rows = pair.outputs.flatMap(self.rows)
        let table: Markdown =
            rows.isEmpty
            ? ""
            : """

            | Output | Live | \(role.capitalised) |
            |---|---|---|
            \(Markdown.fitting(rows, bytes: self.pairBytes) { "| and \($0) more differences | | |\n" })
            """
        return """
            <details><summary>Pair \(summary.id): divergence \(Figures.number(summary.divergence))\
            \(self.noise(summary))</summary>

            Live: \(summary.live, limit: 40) in \(self.time(summary.liveNanoseconds)); \(role): \
            \(summary.candidate, limit: 40) in \(self.time(summary.candidateNanoseconds))\(self.reason(summary))
            \(table)
            </details>

            """
    }

    private static func noise(_ summary: CapturedPair.Summary) -> String {
        summary.noiseDivergence.map { ", noise \(Figures.number($0))" } ?? ""
    }

    private static func time(_ nanoseconds: UInt64) -> String { Figures.duration(Double(nanoseconds) / 1_000) }

    private static func reason(_ summary: CapturedPair.Summary) -> Markdown {
        summary.reason.map { "; \($0, limit: 200)" } ?? ""
    }

    /// What differs: fields of JSON texts, else the elements that differ most.
    private static func rows(_ output: PairDocument.OutputDocument) -> [Markdown] {
        if !output.fields.isEmpty {
            return output.fields.prefix(self.rowLimit).map { field in
                """
                | \(output.name, limit: 60) \(field.path, limit: 80) | \(field.live ?? "nothing", limit: 100) | \
                \(field.candidate ?? "nothing", limit: 100) |

                """
            }
        }
        return ElementRow.ranked(output, isDistribution: false).prefix(self.outputLimit).map { row in
            let place = output.live?.place(row.index) ?? output.candidate?.place(row.index) ?? ""
            return """
                | \(output.name, limit: 60) [\(place)] | \(row.live?.plain ?? "no answer", limit: 160) | \
                \(row.candidate?.plain ?? "no answer", limit: 160) |

                """
        }
    }
}
