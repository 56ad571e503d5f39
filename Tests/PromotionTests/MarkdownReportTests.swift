import Comparison
import Promotion
import ServingCore
import Testing
import Trials

@Suite("Report as Markdown")
struct MarkdownReportTests {
    @Test("the verdict comes first, then why, what is missing, and the checks")
    func verdict() throws {
        let expected = """
            ## ✗ Reject: digits, green (version 2)

            **May green (version 2) go live?** No. 2 of 8 blocking checks fail.

            1. C6 latency\\_p99: the candidate's p99 is 1.71 times live's, and the margin is 1.10
            2. C8 segments(tenant=acme): 10.1 % of the pairs of \\`tenant=acme\\` name another class, 2.8 % of all do

            Missing:

            - **C6 latency\\_p99**: at least ×1.38, and the margin is ×1.1
            - **C8 segments(tenant=acme)**: at least 0.061, and the margin is 0.04
            - **C5 quality**: 320 of at least 500: about 1,240 in all, 2 h 10 min to go

            | State | Check | Observations | Estimate | Margin | What was found |
            |---|---|--:|--:|--:|---|
            | ✓ pass | C0 data\\_quality | 12,340 | 0.09 % (at most 0.17 %) | 1 % | 99.9 % of the sampled requests
            """
        #expect(try ReportFormat.markdown.render(.sample()).hasPrefix(expected))
    }

    @Test("every check, reason, drop and output is in it, and the three worst pairs folded away")
    func complete() throws {
        let report = ReleaseReport.sample()
        let text = try ReportFormat.markdown.render(report).replacing("\\", with: "")
        for check in report.verdict.checks { #expect(text.contains(check.title) && text.contains(check.sentence)) }
        for reason in report.verdict.reasons { #expect(text.contains(reason)) }
        for reason in report.trial.coverage.counts.dropped.keys { #expect(text.contains("(\(reason))")) }
        for output in report.trial.outputs { #expect(text.contains("| \(output.plan.name) |")) }
        for pair in report.pairs.prefix(3) { #expect(text.contains("<summary>Pair \(pair.summary.id)")) }
        #expect(text.matches(of: /<details>/).count == 3 + 1 && text.matches(of: /<\/details>/).count == 3 + 1)
        #expect(text.contains("| label [0] | 3 | 8 |") && text.contains("| note &#36;.ok | true | \"yes\" |"))
    }

    @Test("every row of a table has as many cells as its head")
    func cells() throws {
        var width: Int?
        for line in try ReportFormat.markdown.render(.sample()).split(separator: "\n", omittingEmptySubsequences: false)
        {
            let cells = line.filter { $0 == "|" }.count
            if line.hasPrefix("|") { #expect(cells == width ?? cells) }
            width = line.hasPrefix("|") ? cells : nil
        }
    }

    @Test("thousands of checks and outputs fit, and the rest is counted")
    func large() throws {
        var report = ReleaseReport.sample()
        let checks = report.verdict.checks
        report.verdict.checks = (0..<3_000).map { index in
            var check = checks[index % checks.count]
            check.subject = "segment=\(index)"
            return check
        }
        report.verdict.reasons = (0..<3_000).map { "reason \($0)" }
        report.trial.outputs = (0..<3_000).map { report.trial.outputs[$0 % 3] }
        let text = try ReportFormat.markdown.render(report)
        #expect(text.utf8.count <= 60_000)
        #expect(text.matches(of: /and [0-9,]+ more/).count >= 4)
        #expect(text.hasSuffix("</sub>\n"))
    }

    @Test("a release without pairs and checks is said in a few lines")
    func empty() throws {
        let text = try ReportFormat.markdown.render(.empty())
        #expect(text.contains("Not yet. Nothing has been checked.") && text.contains("sampled 0, paired 0"))
        for nonsense in ["NaN", "nan", "nil", "Optional"] { #expect(!text.contains(nonsense)) }
    }
}
