import Foundation
import Promotion
import SemanticSearch
import TestSupport
import Testing

@Suite struct SlicesReportTests {
    private func page(_ report: ReleaseReport) throws -> XMLOutline {
        let outline = XMLOutline(try ReportFormat.html.render(report))
        #expect(outline.problem == nil)
        return outline
    }

    private func section(_ report: ReleaseReport) throws -> String {
        try #require(try self.page(report).all("section").first { $0.attributes["id"] == "slices" }).text
    }

    @Test func `the page ranks slices with size, divergence, tested excess, state and words`() throws {
        let text = try self.section(.sample())
        let slice =
            #"requests with "not"words: not, never, hardly298 (2.41 %)45.2 %2.13 %+43.1 %+30.6 % to +55 %● confirmed"#
        #expect(text.contains(slice))
        #expect(text.contains("+1.2 %−12.1 % to +14 %○ not confirmed"))
        #expect(text.contains("1 of 2 slices is confirmed: of such at most 10 % are expected to be false."))
        #expect(text.contains("tenant=acme 97 %, elsewhere 21 %"))
    }

    @Test func `the page shows a typical request and the most divergent ones with both answers`() throws {
        let outline = try self.page(.sample())
        let article = try #require(outline.all("article", "slice").first).text
        #expect(article.contains("this is not good at all, number 1pair 1label negativelabel positive"))
        #expect(article.contains("number 3") && article.contains("number 4") && !article.contains("number 2"))
    }

    @Test func `the page says how much of the usual traffic was seen, and what is not looked at yet`() throws {
        let text = try self.section(.sample())
        #expect(text.contains("Requests like 73 % of 1,000 earlier ones were seen among 12,340 pairs"))
        #expect(text.contains("12 kept pairs are not looked at yet."))
    }

    @Test func `the page compares the spaces of embeddings`() throws {
        let text = try self.section(.sample())
        for part in [
            "Embeddings: Different spaces", "Live has 384 dimensions and the candidate 768.", "chance gives 0.0157",
            "Mutual k-NN0.713", "RBO0.682", "Linear CKA0.884", "unbiased", "Procrustes0.217",
            "47110.10.113–lost 1, 2; gained 3",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(!text.contains("Mean cosine"))
    }

    @Test func `the map draws each step of divergence with a shape and a legend of its own`() throws {
        let outline = try self.page(.sample())
        let map = try #require(outline.all("svg", "map").first)
        let steps = ["near", "some", "much", "apart"]
        for (step, count) in zip(steps, [3, 12, 15, 30]) {
            let paths = outline.all("path", step)
            #expect(paths.count == 2)
            #expect(paths[0].attributes["d"]?.filter { $0 == "M" }.count == count)
            #expect(map.text.contains(" (\(count))"))
        }
        #expect(
            Set(
                ["much", "apart", "near"].map { outline.all("path", $0)[1].attributes["d"]?.split(separator: " ").last }
            ).count == 3
        )
        let text = try self.section(.sample())
        #expect(text.contains("First two principal components (41.3 % and 12.1 % of the variance); near = alike."))
        #expect(map.attributes["aria-label"] == "Requests in two dimensions, by divergence")
    }

    @Test func `all places of a map lie on the paper, and both axes have one scale`() throws {
        var report = ReleaseReport.sample()
        report.slices?.map?.x[0] = -1_000
        let path = try self.page(report).all("path", "place").compactMap { $0.attributes["d"] }.joined()
        let places = path.matches(of: /M(-?[0-9.]+) (-?[0-9.]+)/)
        #expect(places.count == 60 + 4)
        for place in places {
            let (x, y) = (try #require(Double(place.1)), try #require(Double(place.2)))
            #expect((0...860).contains(x) && (0...486).contains(y))
        }
        // Beside a width of 1,001 a height of 1 is nothing.
        #expect(places.filter { abs((Double($0.2) ?? 0) - 230) < 1 }.count == 60)
    }

    @Test(arguments: [Float.nan, .infinity, -Float.infinity, 3e38, -3e38])
    func `a map of places that are no numbers is drawn without them`(figure: Float) throws {
        var report = ReleaseReport.sample()
        report.slices?.map?.x[3] = figure
        report.slices?.map?.y[4] = -figure
        report.slices?.map?.divergence[5] = figure
        report.slices?.map?.explained = [.nan, .infinity]
        let text = try ReportFormat.html.render(report)
        #expect(XMLOutline(text).problem == nil)
        for nonsense in ["nan ", "Mnan", "inf ", "NaN"] { #expect(!text.contains(nonsense)) }
        let places = try self.page(report).all("path", "place").compactMap { $0.attributes["d"] }.joined()
            .matches(of: /M-?[0-9.]+ -?[0-9.]+/).map(\.output)
        // Beside the four of the legend. An infinite divergence is one above all steps, or below.
        #expect(places.count == 4 + (figure.isFinite ? 60 : figure.isNaN ? 57 : 58))
        if !figure.isFinite { #expect(Set(places).count > 50) }
    }

    @Test func `a map of one request or none, and of equal places, is no trouble`() throws {
        for points in [0, 1] {
            var report = ReleaseReport.sample()
            report.slices = .sample(points: points)
            #expect(try self.page(report).all("svg", "map").count == points)
        }
        var report = ReleaseReport.sample()
        report.slices?.map?.x = Array(repeating: 0.5, count: 60)
        report.slices?.map?.y = Array(repeating: 0.5, count: 60)
        #expect(try self.page(report).all("svg", "map").count == 1)
    }

    @Test func `figures of a slice that are no numbers are dashes`() throws {
        var report = ReleaseReport.sample()
        for index in 0...1 {
            report.slices?.document.findings.slices[index].excess.mean = .nan
            report.slices?.document.findings.slices[index].excess.upper = .infinity
            report.slices?.document.findings.slices[index].inside.divergence = .nan
        }
        report.slices?.document.spaces?.procrustes = .nan
        for format in [ReportFormat.html, .markdown] {
            let text = try format.render(report)
            for nonsense in ["nan ", "NaN", "inf ", "nil"] { #expect(!text.contains(nonsense), "\(format)") }
        }
        #expect(try self.section(report).contains("298 (2.41 %)–2.13 %–"))
    }

    @Test func `without search nothing is said of slices, nor linked to`() throws {
        var report = ReleaseReport.sample()
        report.slices = nil
        let outline = try self.page(report)
        #expect(!outline.all("a").contains { $0.attributes["href"] == "#slices" } && outline.all("svg", "map").isEmpty)
        #expect(!(try ReportFormat.markdown.render(report)).contains("Slices"))
        #expect(try self.page(.sample()).all("a").contains { $0.attributes["href"] == "#slices" })
    }

    @Test func `before there are enough requests, and when nothing stands out, that is said`() throws {
        var report = ReleaseReport.sample()
        report.slices?.document.findings = SliceFindings()
        #expect(try self.section(report).contains("Slices are proposed from "))
        report.slices?.document.findings.epoch = 1
        report.slices?.document.findings.requests = 812
        #expect(try self.section(report).contains("No part of 812 distinct requests stands out."))
        report.slices?.document.findings.slices = [.sample(isConfirmed: false)]
        #expect(try self.section(report).contains("None of 1 slices is confirmed: that they differ may be chance."))
    }

    @Test func `Markdown has the slices as a table, their requests folded away, coverage and spaces in a line each`()
        throws
    {
        let text = try ReportFormat.markdown.render(.sample())
        #expect(
            text.contains("Slices: 1 of 2 slices is confirmed")
                && text.contains("Requests like 73 % of 1,000 earlier ones")
        )
        let row =
            #"| ● confirmed | requests with "not" | 298 (2.41 %) | 45.2 % | 2.13 % | +43.1 % (+30.6 % to +55 %) "#
            + "| not, never, hardly |"
        #expect(text.contains(row))
        let example = #"| requests with "not" | this is not good at all, number 1 | label negative | label positive |"#
        #expect(text.contains("<summary>Requests of the first slices</summary>") && text.contains(example))
        #expect(
            text.contains("Embeddings: Different spaces. Live has 384 dimensions") && text.contains("Mutual k-NN 0.713")
        )
    }

    @Test func `build servers are told nothing of slices`() throws {
        var report = ReleaseReport.sample()
        let text = try ReportFormat.junit.render(report)
        report.slices = nil
        #expect(try ReportFormat.junit.render(report) == text)
    }
}
