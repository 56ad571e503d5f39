import ServingCore
import Trials

/// How much of the traffic this report speaks of, and what became of the rest.
enum CoverageSection {
    static func markup(_ report: ReleaseReport) -> Markup {
        let coverage = report.trial.coverage
        let bar = CoverageBar.markup(coverage.counts)
        let plot: Markup = bar.map { "<figure>\($0)</figure>\n" } ?? ""
        let content: Markup = """
            \(plot)\(self.counts(coverage))\(self.outcomes(report))\
            \(CountedList.markup("Why the candidate did not answer", report.trial.outcomes.candidateReasons))
            """
        return HTMLReport.section("coverage", "Coverage and drops", content)
    }

    private static func counts(_ coverage: TrialDocument.Coverage) -> Markup {
        let counts = coverage.counts
        var rows: [Markup] = [
            self.row("Sampled", counts.sampled, of: counts.sampled, "requests that the share chose to be mirrored"),
            self.row("Paired", counts.paired, of: counts.sampled, "became a pair, whatever was answered"),
            self.row("Compared", coverage.compared, of: counts.sampled, "both versions answered"),
        ]
        rows += counts.dropped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
            self.row(
                "Dropped: <code>\(PlainText.line(reason, 80))</code>",
                count,
                of: counts.sampled,
                self.meaning(reason)
            )
        }
        rows.append(self.row("Pending", counts.pending, of: counts.sampled, "waiting or running"))
        rows.append(
            """
            <tr><th scope="row">Opted out</th><td class="number">\(Figures.count(counts.optedOut))</td>\
            <td class="number"></td><td>the client asked not to be mirrored; not sampled</td></tr>

            """
        )
        let pressure: Markup =
            coverage.isUnderPressure
            ? "<p>The data plane is busy: the mirrored leg gives way, so fewer requests are mirrored.</p>\n" : ""
        return """
            \(pressure)<table><thead><tr><th scope="col">Requests</th><th scope="col" class="number">Count</th>\
            <th scope="col" class="number">Share</th><th scope="col">What it means</th></tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }

    private static func row(_ name: Markup, _ count: UInt64, of whole: UInt64, _ meaning: Markup) -> Markup {
        let share = whole == 0 ? Figures.none : Figures.percent(Double(count) / Double(whole))
        return """
            <tr><th scope="row">\(name)</th><td class="number">\(Figures.count(count))</td>\
            <td class="number">\(share)</td><td>\(meaning)</td></tr>

            """
    }

    private static func meaning(_ reason: String) -> Markup {
        switch ShadowDrop(rawValue: reason) {
        case .queueFull, .bytes: "too much waited to be mirrored already"
        case .tooLarge: "the request is larger than is mirrored"
        case .overload: "the data plane was busy, and mirroring gives way first"
        case .candidateHangs: "runs of the candidate hang and have used up the mirroring threads"
        case .candidateNotReady: "the other version had left its slot"
        case .clientGone: "the client left before the live answer was complete"
        case .undecodable: "the request could not be understood"
        case .budget: "the release's budget for the candidate was used up"
        case .shutdown, .crash: "the gateway ended first"
        case nil: ""
        }
    }

    private static func outcomes(_ report: ReleaseReport) -> Markup {
        let outcomes = report.trial.outcomes
        let legs: [(name: String, counts: [String: UInt64])] = [
            ("live", outcomes.live), (ReportAnswer(report).role, outcomes.candidate), ("live again", outcomes.noise),
        ].filter { !$0.1.isEmpty }
        guard !legs.isEmpty else { return "" }
        let known = Leg.Outcome.allCases.map(\.name)
        let names = known + Set(legs.flatMap { $0.counts.keys }).subtracting(known).sorted()
        let heads: [Markup] = names.map { "<th scope=\"col\" class=\"number\">\(PlainText.line($0, 40))</th>" }
        let rows: [Markup] = legs.map { leg in
            let total = leg.counts.values.reduce(0) { $0 + Double($1) }
            let cells: [Markup] = names.map { name in
                guard let count = leg.counts[name] else { return "<td class=\"number none\">0</td>" }
                return """
                    <td class="number">\(Figures.count(count)) <small>\(Figures.percent(Double(count) / total))</small></td>
                    """
            }
            return "<tr><th scope=\"row\">\(leg.name)</th>\(cells.joined())</tr>\n"
        }
        return """
            <table><caption>Outcomes</caption><thead><tr><th scope="col">Leg</th>\(heads.joined())</tr></thead><tbody>
            \(rows.joined())</tbody></table>

            """
    }
}
