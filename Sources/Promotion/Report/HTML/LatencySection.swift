import Trials

/// Times of the model's runs.
enum LatencySection {
    static func markup(_ report: ReleaseReport) -> Markup {
        let legs = LatencyLeg.all(report)
        guard let plot = LatencyPlot.markup(legs) else {
            return HTMLReport.section("latency", "Latency", "<p class=\"note\">There are no times yet.</p>\n")
        }
        let content: Markup = """
            <figure>\(plot)<figcaption>Share of answers in each step of 12 % of time, logarithmic. Disc: median; diamond: \
            p99. The axis ends where all but one in a thousand have answered.</figcaption></figure>
            \(self.ratios(report))\(self.table(legs))
            """
        return HTMLReport.section("latency", "Latency", content)
    }

    private static func ratios(_ report: ReleaseReport) -> Markup {
        let role = ReportAnswer(report).role
        var sentences: [Markup] = []
        if let ratio = report.trial.latency.candidateByNoise {
            sentences.append(
                """
                The \(role) takes <b>\(CheckUnit.ratio.text(ratio.mean))</b> the time of live asked again: the fair \
                comparison, both are mirrored runs (\(Figures.count(ratio.count)) pairs).
                """
            )
        }
        if let ratio = report.trial.latency.candidateByLive {
            sentences.append(
                """
                It takes \(CheckUnit.ratio.text(ratio.mean)) the time of the live answer, which was given on the hot path \
                (\(Figures.count(ratio.count)) pairs).
                """
            )
        }
        return sentences.isEmpty ? "" : "<p>\(sentences.joined(separator: " "))</p>\n"
    }

    private static func table(_ legs: [LatencyLeg]) -> Markup {
        let rows: [Markup] = legs.map { leg in
            let figures = leg.quantiles
            let times = [figures.mean, figures.p50, figures.p90, figures.p99, figures.p999, figures.max]
            let cells: [Markup] = times.map { "<td class=\"number\">\(Figures.duration($0))</td>" }
            return """
                <tr><th scope="row">\(leg.name)</th><td class="number">\(Figures.count(figures.count))</td>\
                \(cells.joined())</tr>

                """
        }
        return """
            <table><thead><tr><th scope="col">Leg</th><th scope="col" class="number">Answers</th>\
            <th scope="col" class="number">Mean</th><th scope="col" class="number">p50</th>\
            <th scope="col" class="number">p90</th><th scope="col" class="number">p99</th>\
            <th scope="col" class="number">p99.9</th><th scope="col" class="number">Largest</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
