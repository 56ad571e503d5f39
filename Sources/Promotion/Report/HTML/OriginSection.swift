import ServingCore
import Trials

/// What the verdict was made of, exactly: digests, the signature, and each check's figures as they are in the JSON report.
enum OriginSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        HTMLReport.section("origin", "Origin", self.facts(report) + self.figures(report.verdict.checks))
    }

    private static func facts(_ report: ReleaseReport) -> Markup {
        let (verdict, release) = (report.verdict, report.trial.release)
        var rows: [(name: Markup, value: Markup)] = [
            (
                "Report",
                "format \(report.format), by Teal \(PlainText.line(report.gateway, 60)), "
                    + "\(ReportTime.text(report.generated))"
            ),
            ("Release", "<code>\(verdict.release)</code>, \(release.kind.rawValue)\(self.end(release))"),
            ("Live", self.side(verdict.inputs.live)),
            ("\(ReportAnswer(report).role.capitalised)", self.side(verdict.inputs.candidate)),
            ("Policy", "<code>\(PlainText.line(verdict.inputs.policy, 80))</code>, \(verdict.mode.rawValue)"),
        ]
        if let seal = report.seal {
            rows.append(("Verdict", "\(seal.id), given \(ReportTime.text(seal.created))"))
            rows.append(("Signature", "<code>\(PlainText.line(seal.signature, 80))</code>"))
        }
        if let feedback = report.feedback {
            rows.append(
                (
                    "Labels and scores",
                    """
                    \(Figures.count(feedback.pairs)) pairs; mean loss of live \(Figures.number(feedback.liveLoss)), of the \
                    candidate \(Figures.number(feedback.candidateLoss))
                    """
                )
            )
        }
        let items: [Markup] = rows.map { "<tr><th scope=\"row\">\($0.name)</th><td>\($0.value)</td></tr>\n" }
        return "<table class=\"origin\"><tbody>\n\(items.joined())</tbody></table>\n"
    }

    private static func side(_ side: Release.Side) -> Markup {
        "\(ReportAnswer.text(side)), <code>\(PlainText.line(side.digest, 80))</code>"
    }

    private static func end(_ release: Release) -> String {
        release.ended.map { ", \(release.end?.rawValue ?? "ended") \(ReportTime.text($0))" } ?? ", running"
    }

    private static func figures(_ checks: [CheckResult]) -> Markup {
        guard !checks.isEmpty else { return "" }
        let rows: [Markup] = checks.map { check in
            let cells = [check.mean, check.lower, check.upper, check.margin, check.passEvidence, check.failEvidence]
            let figures: [Markup] = cells.map { value in
                "<td class=\"number\">\(value.map(Figures.precise) ?? Figures.none)</td>"
            }
            return """
                <tr><th scope="row">\(PlainText.line(check.title, 120))</th><td>\(check.state.rawValue)</td>\
                <td class="number">\(Figures.count(check.count))</td>\(figures.joined())</tr>

                """
        }
        return """
            <table class="figures"><caption>Figures of the checks. Evidence is the natural logarithm of the e-value.</caption>\
            <thead><tr><th scope="col">Check</th><th scope="col">State</th><th scope="col" class="number">n</th>\
            <th scope="col" class="number">Estimate</th><th scope="col" class="number">Lower</th>\
            <th scope="col" class="number">Upper</th><th scope="col" class="number">Margin</th>\
            <th scope="col" class="number">Evidence to pass</th><th scope="col" class="number">to fail</th></tr></thead>\
            <tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
