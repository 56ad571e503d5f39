import Admin
import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("What the gate says, at a terminal") struct GateReportTests {
    private static func document(_ decision: Verdict.Decision) -> GateDocument {
        GateDocument(GivenVerdict(verdict: .sample(decision), stored: decision == .hold ? nil : .sample(decision)))
    }

    @Test("a verdict is shown with its number, its reasons and its checks")
    func text() {
        let text = GateReport.text(Self.document(.promote))
        #expect(
            text.hasPrefix("digits: PROMOTE (verdict 7, until 2023-11-14T23:13:20Z)\n  C2 errors: as the sample says\n")
        )
        #expect(text.contains("CHECK") && text.contains("C2 errors"))
        #expect(GateReport.text(Self.document(.hold)).hasPrefix("digits: HOLD\n"))
    }

    @Test("texts of others cannot write to the terminal")
    func hostile() {
        var document = Self.document(.reject)
        document.verdict.reasons = ["tenant=\u{1B}[2Jx\nfake line"]
        document.verdict.checks[0].subject = "\u{1B}]0;title\u{7}"
        document.verdict.checks[0].state = .undecided
        for text in [GateReport.text(document), GateReport.progress(document)] {
            #expect(!text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
        }
        #expect(!GateReport.text(document).contains("\nfake line"))
    }

    @Test("progress names the check that takes longest, with what is needed and how long")
    func progress() {
        var document = Self.document(.hold)
        document.verdict.checks[0].needed = 1_200
        document.verdict.checks[0].remaining = 600_000_000
        var quick = CheckResult(.tail, state: .undecided, enforcement: .block, sentence: "")
        quick.remaining = 1
        document.verdict.checks.append(quick)
        #expect(
            GateReport.progress(document)
                == "hold: 0 of 2 checks passed, 10 pairs; waiting for C2 errors (10 of 1,200), about 10 min"
        )
        #expect(GateReport.progress(Self.document(.promote)) == "promote: C2 errors: as the sample says")
    }

    @Test("a row that was changed stands out in the list")
    func list() {
        let forged = VerdictDocument(.sample(.promote), isSigned: false)
        let text = GateReport.list(VerdictsDocument(verdicts: [forged]))
        #expect(text.contains("NO") && text.contains("promote"))
        #expect(GateReport.list(VerdictsDocument(verdicts: [])) == "no verdicts yet\n")
    }

    @Test("feedback says what became of it, and no more than ten problems")
    func feedback() {
        let problems = (1...12).map { FeedbackReply.Problem(id: "r\($0)", code: "unknown", message: "not kept") }
        let text = GateReport.feedback(FeedbackReply(accepted: 3, known: 1, problems: problems))
        #expect(text.hasPrefix("3 accepted, 1 known already, 12 refused\n  r1: not kept\n"))
        #expect(text.hasSuffix("  r10: not kept\n  and 2 more\n"))
    }
}
