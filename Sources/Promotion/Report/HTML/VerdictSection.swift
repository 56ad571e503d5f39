import ServingCore

/// The first screen: may the candidate go live, why, and what is missing.
enum VerdictSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        let (answer, verdict) = (ReportAnswer(report), report.verdict)
        let decision = verdict.decision.rawValue
        return """
            <header>
            <p class="kicker">Teal release report</p>
            <h1>\(PlainText.line(verdict.model, 80)): \(answer.question)</h1>
            <p class="beside">\(answer.role) beside live \(answer.liveSide)\(self.window(verdict.inputs))</p>
            </header>
            <section class="verdict \(decision)" aria-labelledby="verdict-title">
            <div class="answer">\(StateMark.markup(verdict.decision))<h2 id="verdict-title">\(verdict.decision.title)</h2>\
            <p>\(answer.sentence)</p></div>
            <div class="columns">
            <div><h3>Why</h3>
            \(self.reasons(verdict.reasons))</div>
            <div><h3>What is missing</h3>
            \(self.missing(answer, verdict))</div>
            </div>
            </section>
            \(self.facts(report))\(self.contents(report))
            """
    }

    private static func window(_ inputs: Verdict.Inputs) -> String {
        guard let from = inputs.from, let until = inputs.until, until >= from else { return "" }
        return ", \(ReportTime.text(from)) to \(ReportTime.text(until))"
    }

    private static func reasons(_ reasons: [String]) -> Markup {
        guard !reasons.isEmpty else { return "<p class=\"note\">No reason was given.</p>\n" }
        let items: [Markup] = reasons.map { "<li>\(Prose.markup($0))</li>\n" }
        return "<ol>\n\(items.joined())</ol>\n"
    }

    private static func missing(_ answer: ReportAnswer, _ verdict: Verdict) -> Markup {
        let missing = answer.missing
        guard !missing.isEmpty else {
            let sentence: Markup = verdict.decision == .promote ? "Nothing." : "No single check: see the reasons."
            return "<p>\(sentence)</p>\n"
        }
        let items: [Markup] = missing.map { check, text in
            """
            <li>\(StateMark.markup(check.state))<span><a href="#\(Anchor.check(check))">\
            \(PlainText.line(check.title, 120))</a> \(check.state.rawValue): \(text)</span></li>

            """
        }
        return "<ul class=\"missing\">\n\(items.joined())</ul>\n"
    }

    private static func facts(_ report: ReleaseReport) -> Markup {
        let inputs = report.verdict.inputs
        var facts: [(name: Markup, value: Markup)] = [
            ("Pairs", "\(Figures.count(inputs.pairs)) <small>\(Figures.count(inputs.compared)) compared</small>"),
            ("Live asked again", "\(Figures.count(inputs.triples)) <small>for noise</small>"),
            ("Mode", "\(report.verdict.mode.rawValue)"),
        ]
        if let from = inputs.from, let until = inputs.until {
            facts.append(("Window", "\(Figures.span(until.subtractingReportingOverflow(from).partialValue))"))
        }
        if let feedback = report.feedback {
            facts.append(("Labels and scores", "\(Figures.count(feedback.pairs)) <small>pairs</small>"))
        }
        facts.append(("Verdict", self.seal(report)))
        let items: [Markup] = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" }
        return "<dl class=\"facts\">\n\(items.joined())</dl>\n"
    }

    private static func seal(_ report: ReleaseReport) -> Markup {
        guard let seal = report.seal else { return "not stored <small>formed for this report</small>" }
        let validity = seal.expires > report.generated ? "valid until" : "expired"
        return "\(seal.id) <small>\(validity) \(ReportTime.text(seal.expires))</small>"
    }

    private static func contents(_ report: ReleaseReport) -> Markup {
        let slices: Markup = report.slices == nil ? "" : "<a href=\"#slices\">Slices</a> "
        return """
            <nav aria-label="Contents"><a href="#checks">Checks</a> <a href="#pairs">Worst pairs</a> \
            <a href="#outputs">Outputs</a> <a href="#latency">Latency</a> <a href="#segments">Segments</a> \
            \(slices)<a href="#coverage">Coverage</a> <a href="#audit">Audit trail</a> <a href="#origin">Origin</a></nav>

            """
    }
}
