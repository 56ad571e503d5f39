import ServingCore
import Trials

/// The most divergent pairs, both answers side by side.
enum PairsSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        let kept = Set(report.pairs.map(\.summary.id))
        let others = report.verdict.worst.filter { !kept.contains($0.id) }
        if report.pairs.isEmpty, others.isEmpty {
            return HTMLReport.section("pairs", "Worst pairs", "<p class=\"note\">No pair diverged.</p>\n")
        }
        let role = ReportAnswer(report).role
        let articles: [Markup] = report.pairs.map { PairArticle.markup($0, report.trial.outputs, role: role) }
        return HTMLReport.section("pairs", "Worst pairs", articles.joined() + self.list(others))
    }

    private static func list(_ pairs: [Verdict.WorstPair]) -> Markup {
        guard !pairs.isEmpty else { return "" }
        let rows: [Markup] = pairs.map { pair in
            """
            <tr id="\(Anchor.pair(pair.id))"><th scope="row"><code>\(pair.id)</code></th>\
            <td class="number">\(Figures.number(pair.divergence))</td><td>\(Prose.markup(pair.sentence, 300))</td></tr>

            """
        }
        return """
            <table><caption>Further pairs</caption><thead><tr><th scope="col">Pair</th>\
            <th scope="col" class="number">Divergence</th><th scope="col">What differs most</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
