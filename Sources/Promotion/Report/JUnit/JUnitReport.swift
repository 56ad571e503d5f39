import ServingCore

/// A report for the test pages of build servers: a suite for the release, a case for each check, and one for the verdict,
/// so that what is no `promote` is never green.
///
/// A check that blocks and is undecided fails with type `undecided`. One that only informs never fails: it passes, or is
/// skipped with what it found. What has nothing to look at, or is off, is skipped.
enum JUnitReport {
    private static let sentenceLimit = 600

    private enum Outcome {
        case passed
        case failed(type: String)
        case skipped
    }

    private struct Case {
        let name: String
        let outcome: Outcome
        let message: String
        let details: String
    }

    static func text(_ report: ReleaseReport) -> String {
        let cases = [self.verdict(report)] + report.verdict.checks.map(self.check)
        let failures = cases.filter { if case .failed = $0.outcome { true } else { false } }.count
        let skipped = cases.filter { if case .skipped = $0.outcome { true } else { false } }.count
        let name = "teal.\(PlainText.line(report.verdict.model, 80))"
        let document: Markup = """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="teal" tests="\(cases.count)" failures="\(failures)" errors="0" skipped="\(skipped)" time="0">
            <testsuite name="\(name)" tests="\(cases.count)" failures="\(failures)" errors="0" skipped="\(skipped)" \
            time="0" timestamp="\(self.timestamp(report))">
            \(self.properties(report))\(cases.map { self.markup($0, name) }.joined())</testsuite>
            </testsuites>

            """
        return document.text
    }

    /// Its schema has no time zone.
    private static func timestamp(_ report: ReleaseReport) -> String {
        let time = ReportTime.iso8601(report.generated)
        return time.hasSuffix("Z") ? String(time.dropLast()) : time
    }

    private static func properties(_ report: ReleaseReport) -> Markup {
        let inputs = report.verdict.inputs
        var properties = [
            ("decision", report.verdict.decision.rawValue), ("mode", report.verdict.mode.rawValue),
            ("release", "\(report.verdict.release)"), ("gateway", report.gateway),
            ("live", "\(ReportAnswer.text(inputs.live)) \(inputs.live.digest)"),
            ("candidate", "\(ReportAnswer.text(inputs.candidate)) \(inputs.candidate.digest)"),
            ("policy", inputs.policy), ("pairs", "\(inputs.pairs)"),
        ]
        if let seal = report.seal { properties.append(("verdict", "\(seal.id)")) }
        let lines: [Markup] = properties.map { name, value in
            "<property name=\"\(name)\" value=\"\(PlainText.line(value, 200))\"></property>\n"
        }
        return "<properties>\n\(lines.joined())</properties>\n"
    }

    // MARK: Cases

    private static func verdict(_ report: ReleaseReport) -> Case {
        let decision = report.verdict.decision
        return Case(
            name: "verdict",
            outcome: decision == .promote ? .passed : .failed(type: decision.rawValue),
            message: ReportAnswer(report).sentence,
            details: report.verdict.reasons.map { PlainText.line($0, self.sentenceLimit) }.joined(separator: "\n")
        )
    }

    private static func check(_ check: CheckResult) -> Case {
        let sentence = PlainText.line(check.sentence, self.sentenceLimit)
        return Case(
            name: PlainText.line(check.title, 200),
            outcome: self.outcome(check),
            message: check.enforcement == .inform ? "informs only, \(check.state.rawValue): \(sentence)" : sentence,
            details: self.details(check)
        )
    }

    private static func outcome(_ check: CheckResult) -> Outcome {
        switch (check.state, check.enforcement) {
        case (.absent, _), (_, .off): .skipped
        case (.pass, _): .passed
        case (_, .inform): .skipped
        case (.fail, .block), (.undecided, .block): .failed(type: check.state.rawValue)
        }
    }

    private static func details(_ check: CheckResult) -> String {
        [
            "observations: \(check.countText)", check.estimateText.map { "estimate: \($0)" },
            check.boundsText.map { "bounds: \($0)" }, check.marginText.map { "margin: \($0)" },
            check.outlookText.map { "needed: \($0)" },
        ].compactMap { $0 }.joined(separator: "\n")
    }

    private static func markup(_ test: Case, _ suite: String) -> Markup {
        let content: Markup =
            switch test.outcome {
            case .passed: "<system-out>\(test.message)\n\(test.details)</system-out>"
            case .failed(let type): "<failure type=\"\(type)\" message=\"\(test.message)\">\(test.details)</failure>"
            case .skipped: "<skipped message=\"\(test.message)\"></skipped>"
            }
        return """
            <testcase classname="\(suite)" name="\(test.name)" time="0">\(content)</testcase>

            """
    }
}
