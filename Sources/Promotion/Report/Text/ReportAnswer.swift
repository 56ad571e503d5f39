import ServingCore
import Trials

/// The answer a reader looks for first: may the candidate go live, and what is missing?
struct ReportAnswer {
    private let verdict: Verdict
    private let isStandby: Bool

    init(_ report: ReleaseReport) {
        self.verdict = report.verdict
        self.isStandby = report.trial.release.kind == .standby
    }

    /// `candidate`, or `standby` after a promotion.
    var role: String { self.isStandby ? "standby" : "candidate" }

    var side: String { Self.text(self.verdict.inputs.candidate) }
    var liveSide: String { Self.text(self.verdict.inputs.live) }

    var question: String { "may \(self.side) go live\(self.isStandby ? " again" : "")?" }

    var sentence: String {
        let (passed, failed, total) = (self.count(.pass), self.count(.fail), self.blocking.count)
        let checks = total == 0 ? "No check blocks." : "\(passed) of \(total) blocking checks pass."
        switch self.verdict.decision {
        case .promote: return "Yes. " + (passed == total && total > 0 ? "All \(total) blocking checks pass." : checks)
        case .reject:
            return failed == 0 ? "No." : "No. \(failed) of \(total) blocking checks \(failed == 1 ? "fails" : "fail")."
        case .hold: return "Not yet. " + (self.verdict.checks.isEmpty ? "Nothing has been checked." : checks)
        }
    }

    /// Blocking checks that do not pass, with what keeps them from it: those that failed first.
    var missing: [(check: CheckResult, text: String)] {
        [CheckResult.State.fail, .undecided, .absent].flatMap { state in
            self.blocking.filter { $0.state == state }
        }.compactMap { check in check.missingText.map { (check, $0) } }
    }

    private var blocking: [CheckResult] { self.verdict.checks.filter { $0.enforcement == .block } }

    private func count(_ state: CheckResult.State) -> Int { self.blocking.filter { $0.state == state }.count }

    static func text(_ side: Release.Side) -> String { "\(side.slot.rawValue) (version \(side.version))" }
}

extension Verdict.Decision {
    var title: String {
        switch self {
        case .promote: "Promote"
        case .hold: "Hold"
        case .reject: "Reject"
        }
    }

    /// Told apart without colour.
    var symbol: String {
        switch self {
        case .promote: "✓"
        case .hold: "…"
        case .reject: "✗"
        }
    }
}
