import Comparison
import ServingCore
import Trials

/// One output in detail: its plot, what became what, and why it is compared this way.
enum OutputArticle {
    private static let fieldLimit = 20

    /// - Parameter role: what the mirrored side is called.
    static func markup(_ output: TrialDocument.Output, role: String) -> Markup {
        let name = PlainText.line(output.plan.name, 120)
        let plot: Markup =
            DivergencePlot.markup(output).map { plot in
                let noise: Markup = output.noise.count == 0 ? "" : "; hatched: noise, live against live asked again"
                return """
                    <figure>\(plot)<figcaption>Share of pairs, %, by distance. Solid: divergence\(noise).</figcaption></figure>

                    """
            } ?? ""
        return """
            <article class="output" id="\(Anchor.output(output.plan.name))">
            <h3><code>\(name)</code> <small>\(PlainText.line(output.plan.datatype, 24)), \(output.plan.comparator.rawValue)</small></h3>
            <p>\(self.plan(output.plan))\(self.bias(output, role))</p>
            \(plot)\(ConfusionTable.markup(output, role: role))\(self.fields(output))\(self.structure(output))</article>

            """
    }

    private static func plan(_ plan: OutputPlan) -> Markup {
        let tolerance = plan.tolerance.map { ", and up to \(Figures.number($0)) counts as equal" } ?? ""
        let names: [Markup] = plan.masked.prefix(20).map { "<code>\(PlainText.line($0, 120))</code>" }
        let rest = plan.masked.count - names.count
        let more = rest > 0 ? " and \(rest) more" : ""
        let masked: Markup = names.isEmpty ? "" : " Not compared: \(names.joined(separator: ", "))\(more)."
        return """
            Compared by \(plan.comparator.rawValue)\(tolerance): \
            \(Prose.markup(plan.why.sentence, 300))\(masked)
            """
    }

    private static func bias(_ output: TrialDocument.Output, _ role: String) -> String {
        guard let bias = output.bias else { return "" }
        let larger = Figures.count(output.larger ?? 0)
        let smaller = Figures.count(output.smaller ?? 0)
        return
            " On average the \(role)'s value is \(Figures.number(bias)) away; larger in \(larger) pairs, smaller in "
            + "\(smaller)."
    }

    /// Places in JSON texts that differ, most frequent first.
    private static func fields(_ output: TrialDocument.Output) -> Markup {
        guard !output.fields.isEmpty else { return "" }
        let rows: [Markup] = output.fields.prefix(self.fieldLimit).map { field in
            let masked: Markup = field.isMasked ? " <small>not compared any more: it is noise</small>" : ""
            let example: Markup =
                field.example.map {
                    "<code>\(PlainText.line($0.live ?? "nothing", 80))</code> became "
                        + "<code>\(PlainText.line($0.candidate ?? "nothing", 80))</code>"
                } ?? ""
            return """
                <tr><th scope="row"><code>\(PlainText.line(field.path, 160))</code>\(masked)</th>\
                <td>\(field.kind.rawValue)</td><td class="number">\(Figures.count(field.count))</td>\
                <td class="number">\(Figures.count(field.noise))</td><td>\(example)</td></tr>

                """
        }
        let rest = output.fields.count - rows.count
        let more: Markup = rest > 0 ? "<p class=\"note\">\(rest) more places differ less often.</p>\n" : ""
        return """
            <table><caption>Fields that differ</caption><thead><tr><th scope="col">Field</th>\
            <th scope="col">Difference</th><th scope="col" class="number">Pairs</th>\
            <th scope="col" class="number">Live against itself</th><th scope="col">Example</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>
            \(more)
            """
    }

    private static func structure(_ output: TrialDocument.Output) -> Markup {
        CountedList.markup("Missing outputs, other datatypes and shapes", output.structure)
    }
}
