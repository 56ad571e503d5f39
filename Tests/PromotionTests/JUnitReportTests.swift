import Promotion
import ServingCore
import Testing

@Suite("Report as JUnit")
struct JUnitReportTests {
    private func outline(_ report: ReleaseReport) throws -> XMLOutline {
        let outline = XMLOutline(try ReportFormat.junit.render(report))
        #expect(outline.problem == nil)
        return outline
    }

    private func report(_ decision: Verdict.Decision, _ checks: [CheckResult]) -> ReleaseReport {
        var report = ReleaseReport.empty()
        report.verdict.decision = decision
        report.verdict.checks = checks
        return report
    }

    @Test("there is a case for the verdict and one for each check, and the counts are right")
    func counts() throws {
        let outline = try self.outline(.sample())
        let cases = outline.all("testcase").compactMap { $0.attributes["name"] }
        #expect(cases == ["verdict"] + CheckResult.samples.map(\.title))
        for suite in outline.all("testsuite") + outline.all("testsuites") {
            #expect(suite.attributes["tests"] == "15" && suite.attributes["errors"] == "0")
            #expect(suite.attributes["failures"] == "\(outline.all("failure").count)")
            #expect(suite.attributes["skipped"] == "\(outline.all("skipped").count)")
        }
        #expect(outline.all("failure").compactMap { $0.attributes["type"] } == ["reject", "undecided", "fail", "fail"])
        #expect(outline.all("testsuite").first?.attributes["timestamp"] == "2023-11-14T23:20:00")
    }

    @Test(
        "what a check's state makes of its case",
        arguments: [
            (CheckResult.State.pass, GatePolicy.Enforcement.block, "system-out"), (.fail, .block, "failure"),
            (.undecided, .block, "failure"), (.absent, .block, "skipped"), (.pass, .inform, "system-out"),
            (.fail, .inform, "skipped"), (.undecided, .inform, "skipped"), (.absent, .inform, "skipped"),
            (.pass, .off, "skipped"), (.fail, .off, "skipped"),
        ]
    )
    func states(state: CheckResult.State, enforcement: GatePolicy.Enforcement, expected: String) throws {
        let check = CheckResult.of(.errors, state, enforcement, seen: (7, 1_000), "some sentence")
        let outline = try self.outline(self.report(.promote, [check]))
        #expect(outline.elements.map(\.name).suffix(2) == ["testcase", expected])
        let result = try #require(outline.elements.last)
        #expect((result.attributes["message"] ?? result.text).contains("some sentence"))
        if expected == "failure" {
            #expect(result.attributes["type"] == state.rawValue)
            #expect(result.text.contains("observations: 7 of at least 1,000"))
        }
    }

    @Test("only a promotion is green, whatever the checks say")
    func green() throws {
        let passed = CheckResult.of(.errors, .pass, seen: (2_000, 1_000), "no errors")
        #expect(try self.outline(self.report(.promote, [passed])).all("failure").isEmpty)
        #expect(try self.outline(self.report(.hold, [passed])).all("failure").count == 1)
        #expect(try self.outline(self.report(.hold, [])).all("failure").count == 1)
        #expect(try self.outline(self.report(.reject, [passed])).all("failure").first?.text == "no pair yet")
    }
}
