import Comparison
import ServingCore
import Trials

/// One pair: what was asked, and both answers side by side.
enum PairArticle {
    private static let inputLimit = 6
    private static let elementLimit = 12
    private static let textLimit = 300
    private static let outputLimit = 6

    static func markup(_ pair: PairDocument, _ outputs: [TrialDocument.Output], role: String) -> Markup {
        let summary = pair.summary
        let noise = summary.noiseDivergence.map { ", noise \(Figures.number($0))" } ?? ""
        return """
            <article class="pair" id="\(Anchor.pair(summary.id))">
            <h3>Pair <code>\(summary.id)</code> <small>divergence \(Figures.number(summary.divergence))\(noise)</small></h3>
            <p class="meta">\(self.meta(summary, role))</p>
            \(self.reason(summary))\(self.inputs(pair))\(self.outputs(pair, outputs, role))</article>

            """
    }

    private static func meta(_ summary: CapturedPair.Summary, _ role: String) -> Markup {
        var parts: [Markup] = ["\(ReportTime.text(summary.id))"]
        if let id = summary.requestID { parts.append("request <code>\(PlainText.line(id, 120))</code>") }
        parts += summary.segments.map { "<code>\(PlainText.line("\($0.key)=\($0.value)", 140))</code>" }
        parts.append("live \(self.leg(summary.live, summary.liveNanoseconds))")
        parts.append("\(role) \(self.leg(summary.candidate, summary.candidateNanoseconds))")
        if let noise = summary.noise { parts.append("live again \(self.leg(noise, summary.noiseNanoseconds ?? 0))") }
        return parts.joined(separator: " · ")
    }

    private static func leg(_ outcome: String, _ nanoseconds: UInt64) -> String {
        "\(PlainText.line(outcome, 40)) in \(Figures.duration(Double(nanoseconds) / 1_000))"
    }

    private static func reason(_ summary: CapturedPair.Summary) -> Markup {
        summary.reason.map { "<p><b>No answer:</b> \(Prose.markup($0, self.textLimit))</p>\n" } ?? ""
    }

    // MARK: Inputs

    private static func inputs(_ pair: PairDocument) -> Markup {
        guard !pair.inputs.isEmpty else { return "<p class=\"note\">The request was not kept.</p>\n" }
        let rows: [Markup] = pair.inputs.prefix(self.inputLimit).map { input in
            """
            <tr><th scope="row"><code>\(PlainText.line(input.name, 80))</code> <small>\(input.form)</small></th>\
            <td>\(self.content(input))</td></tr>

            """
        }
        let rest = pair.inputs.count - rows.count
        let more: Markup = rest > 0 ? "<p class=\"note\">\(rest) more inputs.</p>\n" : ""
        return """
            <table class="inputs"><thead><tr><th scope="col">Input</th><th scope="col">Asked</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>
            \(more)
            """
    }

    private static func content(_ input: PairDocument.TensorDocument) -> Markup {
        if let hash = input.hash { return "keyed hash <code>\(PlainText.line(hash, 80))</code>" }
        let shown = input.elements.prefix(input.isText ? 3 : self.elementLimit)
        guard !shown.isEmpty else { return "<span class=\"none\">nothing of it was kept</span>" }
        let rest = input.count - shown.count
        let more = rest > 0 ? " … \(Figures.count(rest)) more" : ""
        if input.isText {
            let texts: [Markup] = shown.map { "“\(PlainText.line($0.plain, self.textLimit))”" }
            return texts.joined(separator: " ") + "\(more)"
        }
        return "<code>\(PlainText.line(shown.map(\.plain).joined(separator: " "), self.textLimit))</code>\(more)"
    }

    // MARK: Outputs

    private static func outputs(_ pair: PairDocument, _ outputs: [TrialDocument.Output], _ role: String) -> Markup {
        let differing = pair.outputs.filter(self.differs)
            .sorted { ($0.divergence ?? 1) > ($1.divergence ?? 1) }
        let shown: [Markup] = differing.prefix(self.outputLimit).map { output in
            let plan = outputs.first { $0.plan.name == output.name }?.plan
            return self.head(output) + ElementTable.markup(output, plan?.comparator, role: role)
        }
        let rest = differing.count - shown.count
        let more: Markup = rest > 0 ? "<p class=\"note\">\(rest) more outputs differ.</p>\n" : ""
        return shown.joined() + more + self.same(pair.outputs.filter { !self.differs($0) })
    }

    private static func differs(_ output: PairDocument.OutputDocument) -> Bool {
        !output.differing.isEmpty || output.divergence != 0 || output.candidate == nil || output.live == nil
    }

    private static func head(_ output: PairDocument.OutputDocument) -> Markup {
        let forms = [output.live, output.candidate].compactMap { $0?.form }
        let form = Set(forms).count == 1 ? forms.first ?? "" : forms.joined(separator: " became ")
        let sentence: Markup = output.sentence.map { "<p>\(Prose.markup($0.sentence, self.textLimit))</p>\n" } ?? ""
        return """
            <h4><code>\(PlainText.line(output.name, 120))</code> <small>\(form)</small></h4>
            \(sentence)
            """
    }

    private static func same(_ outputs: [PairDocument.OutputDocument]) -> Markup {
        guard !outputs.isEmpty else { return "" }
        let names: [Markup] = outputs.prefix(20).map { "<code>\(PlainText.line($0.name, 80))</code>" }
        let rest = outputs.count - names.count
        let more = rest > 0 ? " and \(rest) more" : ""
        return "<p class=\"note\">The same on both sides: \(names.joined(separator: ", "))\(more).</p>\n"
    }
}
