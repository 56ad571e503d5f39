import ServingCore
import Trials

/// Parts of the traffic, those that diverge most beyond noise first.
enum SegmentsSection {
    private static let limit = 20

    static func markup(_ report: ReleaseReport) -> Markup {
        let segments = report.trial.segments.sorted { one, two in
            self.excess(one) != self.excess(two) ? self.excess(one) > self.excess(two) : one.pairs > two.pairs
        }
        guard !segments.isEmpty else {
            let note: Markup = "<p class=\"note\">The manifest declares no segments, or no request had one.</p>\n"
            return HTMLReport.section("segments", "Segments", note)
        }
        let rest = segments.count - self.limit
        let more: Markup = rest > 0 ? "<p class=\"note\">\(rest) more segments diverge less.</p>\n" : ""
        let content: Markup = """
            <table><thead><tr><th scope="col">Segment</th><th scope="col" class="number">Pairs</th>\
            <th scope="col" class="number">Diverged</th><th scope="col" class="number">Divergence</th>\
            <th scope="col" class="number">Noise</th><th scope="col" class="number">Flips</th>\
            <th scope="col" class="number">No answer</th></tr></thead><tbody>
            \(segments.prefix(self.limit).map(self.row).joined())</tbody></table>
            \(more)
            """
        return HTMLReport.section("segments", "Segments", content)
    }

    private static func excess(_ segment: TrialDocument.SegmentFigures) -> Double {
        segment.meanDivergence - (segment.meanNoise ?? 0)
    }

    private static func row(_ figures: TrialDocument.SegmentFigures) -> Markup {
        let noise = figures.meanNoise.map(Figures.number) ?? Figures.none
        return """
            <tr><th scope="row"><code>\(PlainText.line("\(figures.segment.key)=\(figures.segment.value)", 140))</code></th>\
            <td class="number">\(Figures.count(figures.pairs))</td>\
            <td class="number">\(Figures.count(figures.diverged, of: figures.compared))</td>\
            <td class="number">\(Figures.number(figures.meanDivergence))</td><td class="number">\(noise)</td>\
            <td class="number">\(Figures.count(figures.flips, of: figures.compared))</td>\
            <td class="number">\(Figures.count(figures.candidateFailures))</td></tr>

            """
    }
}
