import Comparison
import Foundation
import Promotion
import ServingCore
import Testing
import Trials

@Suite("Report as HTML")
struct HTMLReportTests {
    private func page(_ report: ReleaseReport) throws -> (text: String, outline: XMLOutline) {
        let text = try ReportFormat.html.render(report)
        let outline = XMLOutline(text)
        #expect(outline.problem == nil)
        return (text, outline)
    }

    @Test("every check, reason, drop, output, worst pair and audit row is on the page")
    func complete() throws {
        let report = ReleaseReport.sample()
        let text = try self.page(report).outline.text
        for check in report.verdict.checks {
            #expect(text.contains(check.title), "\(check.title)")
            #expect(text.contains(check.sentence), "\(check.title)")
        }
        for reason in report.verdict.reasons { #expect(text.contains(reason.replacing("`", with: ""))) }
        for reason in report.trial.coverage.counts.dropped.keys { #expect(text.contains(reason)) }
        for reason in report.trial.outcomes.candidateReasons.keys { #expect(text.contains(reason)) }
        for output in report.trial.outputs { #expect(text.contains(output.plan.name)) }
        for pair in report.pairs { #expect(text.contains("\(pair.summary.id)")) }
        for pair in report.verdict.worst { #expect(text.contains("\(pair.id)")) }
        for entry in report.audit { #expect(text.contains(entry.actor) && text.contains(entry.action)) }
        for segment in report.trial.segments { #expect(text.contains("tenant=\(segment.segment.value)")) }
        #expect(text.contains(try #require(report.seal).signature))
    }

    @Test("the first words answer whether the candidate may go live, why, and what is missing")
    func answer() throws {
        let outline = try self.page(.sample()).outline
        let verdict = try #require(outline.all("section", "verdict").first).text
        #expect(outline.all("h1").map(\.text) == ["digits: may green (version 2) go live?"])
        #expect(verdict.contains("RejectNo. 2 of 8 blocking checks fail."))
        #expect(verdict.contains("C6 latency_p99 fail: at least ×1.38, and the margin is ×1.1"))
        #expect(verdict.contains("C5 quality undecided: 320 of at least 500: about 1,240 in all, 2 h 10 min to go"))
        #expect(!verdict.contains("C3"))
    }

    @Test("a promotion says that nothing is missing, a hold that it is not yet", arguments: Verdict.Decision.allCases)
    func decisions(decision: Verdict.Decision) throws {
        var report = ReleaseReport.sample()
        report.verdict.decision = decision
        report.verdict.checks.removeAll { $0.state != .pass || $0.enforcement != .block }
        let verdict = try #require(try self.page(report).outline.all("section", "verdict").first).text
        switch decision {
        case .promote:
            #expect(verdict.contains("PromoteYes. All 5 blocking checks pass.") && verdict.contains("Nothing."))
        case .hold: #expect(verdict.contains("HoldNot yet. 5 of 5 blocking checks pass."))
        case .reject: #expect(verdict.contains("RejectNo.") && !verdict.contains("Nothing."))
        }
    }

    @Test("the page needs nothing from elsewhere: no script, no style but its own, no address but its own places")
    func selfContained() throws {
        let (text, outline) = try self.page(.sample())
        let names = Set(outline.elements.map(\.name))
        #expect(
            names.isDisjoint(with: [
                "script", "iframe", "object", "embed", "link", "img", "image", "use", "base", "form",
            ])
        )
        for element in outline.elements {
            for (name, value) in element.attributes {
                #expect(!name.hasPrefix("on") && !["src", "style", "srcset", "action", "data"].contains(name))
                #expect(!name.hasSuffix("href") || value.hasPrefix("#"))
            }
        }
        let style = try #require(outline.all("style").first).text
        #expect(style.matches(of: /url\(/).count == style.matches(of: /url\(#/).count)
        #expect(!style.contains("@import") && !text.contains("http://") && !text.contains("https://"))
        #expect(text.contains("default-src 'none'"))
    }

    @Test("each link leads to a place, and each place is there once")
    func places() throws {
        let outline = try self.page(.sample()).outline
        let places = outline.elements.compactMap { $0.attributes["id"] }
        #expect(Set(places).count == places.count)
        for link in outline.all("a") { #expect(places.contains(String((link.attributes["href"] ?? "").dropFirst()))) }
        #expect(places.contains("check-C6_latency_5f_p99") && places.contains("pair-1700000000000031"))
        #expect(places.contains("output-label") && places.contains("audit-17"))
    }

    @Test("drawings have a title and a description, tables heads with a scope, sections headings")
    func accessible() throws {
        let (text, outline) = try self.page(.sample())
        let drawings = outline.all("svg").filter { $0.attributes["aria-hidden"] == nil }
        #expect(drawings.count == 12 + 3 + 1 + 1 + 1)
        #expect(drawings.allSatisfy { $0.attributes["role"] == "img" && $0.attributes["aria-label"]?.isEmpty == false })
        #expect(outline.all("title").count == drawings.count + 1 && outline.all("desc").count == drawings.count)
        #expect(
            outline.all("title").allSatisfy { !$0.text.isEmpty } && outline.all("desc").allSatisfy { !$0.text.isEmpty }
        )
        #expect(outline.all("th").allSatisfy { $0.attributes["scope"] != nil })
        #expect(outline.all("section").allSatisfy { $0.attributes["aria-labelledby"] != nil })
        #expect(text.contains("<html lang=\"en\">") && outline.all("h1").count == 1)
    }

    @Test("each state is told by a word and by a shape of its own")
    func states() throws {
        let outline = try self.page(.sample()).outline
        let rows = outline.all("td", "state")
        #expect(rows.count == CheckResult.samples.count)
        #expect(
            Set(rows.map { $0.text.trimmingCharacters(in: .whitespaces) }) == ["pass", "fail", "undecided", "absent"]
        )
        let shapes = ["circle", "path"].flatMap { outline.all($0, "solid") }.map(\.name)
        #expect(shapes.contains("circle") && shapes.contains("path") && !outline.all("circle", "ring").isEmpty)
    }

    @Test("a bar ends before the margin when a check passes, begins beyond it when it fails, and lies across it else")
    func bars() throws {
        let outline = try self.page(.sample()).outline
        let margin = 120.0
        for state in [CheckResult.State.pass, .fail, .undecided] {
            let bars = outline.all("rect", "bar").filter { $0.attributes["class"] == "bar \(state.rawValue)" }
            #expect(!bars.isEmpty)
            for bar in bars {
                let start = try #require(bar.attributes["x"].flatMap(Double.init))
                let end = start + (try #require(bar.attributes["width"].flatMap(Double.init)))
                switch state {
                case .pass: #expect(end <= margin)
                case .fail: #expect(start >= margin && end <= 192)
                default: #expect(start < margin && end > margin)
                }
            }
        }
    }

    @Test("a release without pairs and checks is a page without nonsense")
    func empty() throws {
        let (text, outline) = try self.page(.empty())
        for nonsense in ["NaN", "nan", "nil", "Optional", "inf ", "-0"] { #expect(!outline.text.contains(nonsense)) }
        #expect(text.contains("Nothing has been checked yet.") && text.contains("There are no times yet."))
        #expect(outline.all("svg").allSatisfy { $0.attributes["role"] == nil })
    }

    @Test(
        "figures that are no numbers are dashes, and are drawn nowhere else than on the paper",
        arguments: [
            Double.nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude,
        ]
    )
    func noNumbers(figure: Double) throws {
        var report = ReleaseReport.sample()
        for index in report.verdict.checks.indices {
            report.verdict.checks[index].mean = figure
            report.verdict.checks[index].lower = figure
            report.verdict.checks[index].upper = figure
            report.verdict.checks[index].passEvidence = figure
        }
        report.verdict.checks[0].margin = figure
        report.trial.latency.live.p99 = figure
        report.trial.latency.noise.p50 = figure
        report.trial.latency.candidateByNoise?.mean = figure
        report.trial.outputs[0].excess = figure
        report.trial.outputs[0].divergence.mean = figure
        report.trial.segments[0].meanDivergence = figure
        report.latency.live[0].from = figure
        report.pairs[1].outputs[0].live?.elements[3] = .number(figure)
        report.pairs[1].summary.divergence = figure
        let (text, outline) = try self.page(report)
        for nonsense in [": nan", "NaN", "nil", "inf "] { #expect(!outline.text.contains(nonsense)) }
        #expect(!text.contains("\"inf") && !text.contains("\"nan") && !text.contains("\"-inf"))
    }

    @Test("the two answers of a pair stand side by side, their differences marked")
    func differences() throws {
        let outline = try self.page(.sample()).outline
        let marks = outline.all("mark").map(\.text)
        // Words of a text, fields of a JSON text, elements of a tensor.
        for mark in [
            ", 13:00", "18", "19", "Virtsu harbour", "\"yes\"", "true", "0.913", "0.093", "3", "8", "0.7500001",
        ] {
            #expect(marks.contains(mark), "\(mark)")
        }
        #expect(!marks.contains { $0.contains("ferry") } && !marks.contains("0.004") && !marks.contains("NaN"))
        #expect(outline.all("article", "pair").count == 4)
        #expect(outline.text.contains("no answer"))
    }

    @Test("a reverse trial asks whether the standby may go live again")
    func standby() throws {
        var report = ReleaseReport.sample()
        report.trial.release.kind = .standby
        let outline = try self.page(report).outline
        #expect(outline.all("h1").map(\.text) == ["digits: may green (version 2) go live again?"])
        #expect(
            outline.all("th").contains { $0.text == "Standby" }
                && !outline.all("th").contains { $0.text == "Candidate" }
        )
    }
}
