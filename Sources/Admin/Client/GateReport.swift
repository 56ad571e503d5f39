package import Promotion
import ServingCore
package import Trials

/// What the gate says, for people at a terminal.
package enum GateReport {
    package static func text(_ document: GateDocument) -> String {
        let verdict = document.verdict
        var line = "\(document.model): \(document.decision.rawValue.uppercased())"
        if let id = document.id, let expires = document.expires {
            line += " (verdict \(id), until \(Timestamp.iso8601(microseconds: expires)))"
        }
        var text = ReportText.line(line)
        for reason in verdict.reasons { text += ReportText.line("  \(reason)") }
        var table = TextTable(["CHECK", "STATE", "N", "NEEDED", "FOUND", "BOUNDS", "MARGIN", "TIME LEFT"])
        for check in verdict.checks {
            table.add([
                check.title, Self.state(check), ReportText.count(check.count), Self.needed(check),
                check.mean.map { Self.figure($0, check.check) }, Self.bounds(check),
                check.margin.map { Self.figure($0, check.check) },
                check.remaining.map { Figure.wait(microseconds: $0) },
            ])
        }
        return text + "\n" + table.text
    }

    /// One line that is written over while a command waits.
    package static func progress(_ document: GateDocument) -> String {
        let open = document.verdict.checks.filter { $0.state == .undecided && $0.enforcement == .block }
        guard let slowest = open.max(by: { ($0.remaining ?? .max) < ($1.remaining ?? .max) }) else {
            return "\(document.decision.rawValue): \(document.verdict.reasons.first ?? "")"
        }
        let passed = document.verdict.checks.filter { $0.state == .pass && $0.enforcement == .block }.count
        var line = "\(document.decision.rawValue): \(passed) of \(passed + open.count) checks passed, "
        line += "\(ReportText.count(document.verdict.inputs.pairs)) pairs; waiting for \(slowest.title)"
        if let needed = slowest.needed {
            line += " (\(ReportText.count(slowest.count)) of \(ReportText.count(needed)))"
        }
        if let remaining = slowest.remaining { line += ", about \(Figure.wait(microseconds: remaining))" }
        return TerminalText.clean(line, limit: 200)
    }

    package static func list(_ document: VerdictsDocument) -> String {
        guard !document.verdicts.isEmpty else { return "no verdicts yet\n" }
        var table = TextTable(["VERDICT", "TIME", "RELEASE", "DECISION", "SIGNED", "UNTIL", "WHY"])
        for verdict in document.verdicts {
            table.add([
                "\(verdict.id)", Timestamp.iso8601(microseconds: verdict.created), "\(verdict.release)",
                verdict.decision.rawValue, verdict.isSigned ? "yes" : "NO",
                Timestamp.iso8601(microseconds: verdict.expires), verdict.verdict?.reasons.first,
            ])
        }
        return table.text
    }

    package static func feedback(_ reply: FeedbackReply) -> String {
        var text = "\(reply.accepted) accepted, \(reply.known) known already, \(reply.problems.count) refused\n"
        for problem in reply.problems.prefix(10) { text += ReportText.line("  \(problem.id): \(problem.message)") }
        if reply.problems.count > 10 { text += "  and \(reply.problems.count - 10) more\n" }
        return text
    }

    private static func state(_ check: CheckResult) -> String {
        check.enforcement == .block ? check.state.rawValue : "\(check.state.rawValue) (informs)"
    }

    private static func needed(_ check: CheckResult) -> String? {
        check.state == .undecided ? check.needed.map { ReportText.count($0) } : nil
    }

    private static func bounds(_ check: CheckResult) -> String? {
        guard check.lower != nil || check.upper != nil else { return nil }
        let lower = check.lower.map { Self.figure($0, check.check) } ?? "?"
        return "\(lower) to \(check.upper.map { Self.figure($0, check.check) } ?? "?")"
    }

    private static func figure(_ value: Double, _ check: GateCheck) -> String {
        switch check {
        case .latencyTail, .cost, .segments: "\(Figure.ratio(value))x"
        default: Figure.percent(value)
        }
    }
}
