import Comparison
import Foundation
import Promotion
import ServingCore
import Testing
import Trials

@Suite("Report as JSON")
struct ReportJSONTests {
    @Test("a report read back is the same report", arguments: [ReleaseReport.sample(), .empty()])
    func roundTrip(report: ReleaseReport) throws {
        let text = try ReportFormat.json.render(report)
        let read = try ReportJSON.report(text)
        #expect(try ReportFormat.json.render(read) == text)
        #expect(read.verdict == report.verdict && read.seal == report.seal && read.trial == report.trial)
        #expect(read.latency == report.latency && read.audit == report.audit && read.feedback == report.feedback)
        #expect(read.pairs.map(\.summary) == report.pairs.map(\.summary))
    }

    @Test("figures that are no numbers are texts")
    func noNumbers() throws {
        var report = ReleaseReport.sample()
        report.verdict.checks[0].upper = .infinity
        report.verdict.checks[1].lower = -.infinity
        let text = try ReportFormat.json.render(report)
        #expect(text.contains("\"upper\" : \"Infinity\""))
        #expect(try ReportJSON.report(text) == (try ReportJSON.report(try ReportFormat.json.render(report))))
        #expect(try ReportJSON.report(text).verdict.checks[1].lower == -.infinity)
    }

    @Test("a report holds ten pairs and a hundred audit rows at most, and the signature in hex")
    func bounds() {
        let sample = ReleaseReport.sample()
        let report = ReleaseReport(
            verdict: sample.verdict,
            stored: nil,
            trial: sample.trial,
            latency: .init(),
            pairs: Array(repeating: sample.pairs[0], count: 30),
            audit: Array(repeating: sample.audit[0], count: 300),
            feedback: nil,
            gateway: "0.4.0",
            generated: 0
        )
        #expect(report.pairs.count == 10 && report.audit.count == 100 && report.seal == nil)
        #expect(sample.seal?.signature.hasPrefix("000102030405060708090a0b0c0d0e0f10") == true)
    }
}
