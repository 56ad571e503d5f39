import Comparison
import ServingCore
import Trials

/// Each output: how far the answers lie apart, beside how far live lies from itself.
enum OutputsSection {
    /// Outputs that are drawn; the table has all of them.
    private static let drawn = 12

    static func markup(_ report: ReleaseReport) -> Markup {
        let outputs = report.trial.outputs
        guard !outputs.isEmpty else {
            let note: Markup = """
                <p class="note">Comparators are chosen after the first pairs that both versions answered.</p>

                """
            return HTMLReport.section("outputs", "Divergence beside noise", note)
        }
        let drawn = outputs.filter { $0.compared > 0 }
            .sorted { $0.divergence.mean > $1.divergence.mean }.prefix(self.drawn)
        let articles = drawn.map { OutputArticle.markup($0, role: ReportAnswer(report).role) }
        let content: Markup = """
            <p>Divergence is the distance of the two answers to one request, 0 to 1. Noise is the distance of live to itself, \
            asked again. \(Prose.markup(report.trial.determinism.sentence.sentence))</p>
            \(self.table(outputs))\(articles.joined())\(self.rest(drawn.count, outputs))
            """
        return HTMLReport.section("outputs", "Divergence beside noise", content)
    }

    private static func rest(_ drawn: Int, _ outputs: [TrialDocument.Output]) -> Markup {
        let compared = outputs.filter { $0.compared > 0 }.count
        guard compared > drawn else { return "" }
        return "<p class=\"note\">\(compared - drawn) more outputs, which diverge less, are in the table alone.</p>\n"
    }

    private static func table(_ outputs: [TrialDocument.Output]) -> Markup {
        """
        <table><thead><tr><th scope="col">Output</th><th scope="col">Comparator</th>\
        <th scope="col" class="number">Compared</th><th scope="col" class="number">Diverged</th>\
        <th scope="col" class="number">Divergence</th><th scope="col" class="number">Noise</th>\
        <th scope="col" class="number">Excess</th><th scope="col" class="number">Flips</th></tr></thead><tbody>
        \(outputs.map(self.row).joined())</tbody></table>

        """
    }

    private static func row(_ output: TrialDocument.Output) -> Markup {
        let noise = output.noise.count == 0 ? Figures.none : Figures.number(output.noise.mean)
        let flips = output.flips.map { Figures.count($0, of: output.compared) } ?? Figures.none
        return """
            <tr><th scope="row"><code>\(PlainText.line(output.plan.name, 120))</code></th>\
            <td>\(output.plan.comparator.rawValue)</td><td class="number">\(Figures.count(output.compared))</td>\
            <td class="number">\(Figures.count(output.diverged, of: output.compared))</td>\
            <td class="number">\(Figures.number(output.divergence.mean))</td><td class="number">\(noise)</td>\
            <td class="number">\(self.excess(output))</td><td class="number">\(flips)</td></tr>

            """
    }

    private static func excess(_ output: TrialDocument.Output) -> String {
        guard let excess = output.excess else { return Figures.none }
        return Figures.number(excess) + (output.excessError.map { " ± \(Figures.number($0))" } ?? "")
    }
}
