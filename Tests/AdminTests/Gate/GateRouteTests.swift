import Admin
import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Routes of the gate", .timeLimit(.minutes(2))) struct GateRouteTests {
    private static let base = "/admin/v1/models/digits"

    @Test(
        "the gate is 200 when the candidate may go live and 409 when not, by GET and POST, with the same body",
        arguments: [
            (Verdict.Decision.promote, 200), (.hold, 409), (.reject, 409),
        ]
    )
    func gate(_ decision: Verdict.Decision, _ status: Int) async throws {
        try await AdminFixture.run { admin in
            admin.desk.decide(decision)
            let asked = try await admin.send("GET", "/gate/digits")
            let posted = try await admin.send("POST", "/gate/digits", #"{"name": "podinfo", "phase": "Progressing"}"#)
            #expect(asked.status == status && posted.status == status)
            #expect(asked.body == posted.body)
            #expect(asked.headers["content-type"] == "application/json; charset=utf-8")
            let document = try asked.decode(GateDocument.self)
            #expect(document.decision == decision && document.promote == (decision == .promote))
            #expect(document.model == "digits" && document.verdict == .sample(decision))
            #expect(document.id == (decision == .hold ? nil : 7))
            #expect(admin.desk.calls == [.current("digits"), .current("digits")])
        }
    }

    @Test("asked to be always 200 the gate is, and says in the body what it says", arguments: Verdict.Decision.allCases)
    func always(_ decision: Verdict.Decision) async throws {
        try await AdminFixture.run { admin in
            admin.desk.decide(decision)
            let answer = try await admin.send("GET", "/gate/digits?always=200")
            #expect(answer.status == 200)
            #expect(try answer.decode(GateDocument.self).decision == decision)
        }
    }

    @Test("without a trial the gate is 409 with an error, or holds for those who take nothing but 200")
    func noTrial() async throws {
        try await AdminFixture.run { admin in
            admin.desk.fail(with: ControlError(.notReady, "no trial of model 'digits' runs"))
            let answer = try await admin.send("GET", "/gate/digits")
            #expect(answer.status == 409 && answer.error?.code == "not_ready")
            let always = try await admin.send("GET", "/gate/digits?always=200")
            #expect(always.status == 200 && always.text.contains(#""decision":"hold""#))
            #expect(always.text.contains("no trial of model 'digits' runs"))
        }
    }

    @Test("the client takes a verdict with 409 for an answer and an error for an error")
    func client() async throws {
        try await AdminFixture.run { admin in
            admin.desk.decide(.reject)
            let answer = try await admin.client { try $0.gate(model: "digits") }
            #expect(try answer.decode(GateDocument.self).decision == .reject)
            admin.desk.fail(with: ControlError(.notReady, "no trial runs"))
            let error = await #expect(throws: AdminClientError.self) {
                try await admin.client { try $0.gate(model: "digits") }
            }
            #expect(error?.code == "not_ready")
        }
    }

    @Test("verdicts are listed; of a known model an empty list is an answer, an unknown one is 404")
    func verdicts() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", Self.base + "/verdicts?limit=3")
            let expected = VerdictDocument(.sample(.promote), isSigned: true)
            #expect(try answer.decode(VerdictsDocument.self).verdicts == [expected])
            #expect(admin.desk.calls == [.verdicts("digits", 3)])
            let unknown = try await admin.send("GET", "/admin/v1/models/nobody/verdicts")
            #expect(unknown.status == 404 && unknown.error?.message == "no model 'nobody'")
        }
    }

    @Test("one verdict is shown by its number, with its signature")
    func verdict() async throws {
        try await AdminFixture.run { admin in
            let document = try await admin.send("GET", "/admin/v1/verdicts/7").decode(VerdictDocument.self)
            #expect(document.id == 7 && document.isSigned && document.verdict == .sample(.promote))
            #expect(admin.desk.calls == [.verdict(7)])
            for id in ["0", "-1", "x", "9223372036854775808"] {
                #expect(try await admin.send("GET", "/admin/v1/verdicts/\(id)").status == 400, "\(id)")
            }
        }
    }

    @Test(
        "a report comes in each format with its media type",
        arguments: [
            ("", "application/json; charset=utf-8", "{"), ("?format=json", "application/json; charset=utf-8", "{"),
            ("?format=md&release=5", "text/markdown; charset=utf-8", "#"),
            ("?format=junit", "application/xml; charset=utf-8", "<?xml"),
            ("?format=html", "text/html; charset=utf-8", "<!DOCTYPE html>"),
        ]
    )
    func report(_ query: String, _ media: String, _ begin: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", Self.base + "/report" + query)
            #expect(answer.status == 200 && answer.headers["content-type"] == media)
            #expect(String(decoding: answer.body, as: UTF8.self).lowercased().hasPrefix(begin.lowercased()))
            #expect(admin.desk.calls == [.report("digits", query.contains("release") ? 5 : nil)])
        }
    }

    @Test("a query that is not understood is 400 and the message names the parameter")
    func badQueries() async throws {
        try await AdminFixture.run { admin in
            for (path, words) in [
                ("/gate/digits?always=100", "'always' must be one of: 200"),
                ("/gate/digits?wait=1", "unknown parameter 'wait'"),
                (Self.base + "/verdicts?limit=0", "'limit'"), (Self.base + "/verdicts?decision=hold", "'decision'"),
                (Self.base + "/report?format=pdf", "'format' must be one of: "),
                (Self.base + "/report?release=0", "'release'"),
            ] {
                let answer = try await admin.send("GET", path)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.error?.message.contains(words) == true, "\(path): \(answer.error?.message ?? "")")
            }
            #expect(admin.desk.calls.isEmpty)
        }
    }

    @Test("a promotion names the verdict it rests on, from the API and from the client")
    func promote() async throws {
        try await AdminFixture.run { admin in
            _ = try await admin.send("POST", Self.base + "/promote", #"{"verdict": 7}"#)
            try await admin.client { client in
                var context = ActionContext(actor: "ada")
                context.verdict = 9
                _ = try client.promote(model: "digits", context)
                _ = try client.promote(model: "digits", ActionContext(actor: "ada"))
            }
            let verdicts = await admin.control.calls.map { call -> Int64? in
                if case .promote(_, let context) = call { return context.verdict }
                return nil
            }
            #expect(verdicts == [7, 9, nil])
        }
    }

    @Test("a verdict that is no number is refused, and one for another action as well")
    func badVerdict() async throws {
        try await AdminFixture.run { admin in
            for (action, body) in [
                ("promote", #"{"verdict": 0}"#), ("promote", #"{"verdict": "7"}"#), ("promote", #"{"verdict": 1.5}"#),
                ("rollback", #"{"verdict": 7}"#),
            ] {
                let answer = try await admin.send("POST", Self.base + "/" + action, body)
                #expect(answer.status == 400 && answer.error?.message.contains("verdict") == true, "\(body)")
            }
            #expect(await admin.control.calls.isEmpty)
        }
    }

    @Test(
        "what the gate refuses comes with its reasons",
        arguments: [
            ControlError.Code.gateHold, .gateReject, .verdictInvalid,
        ]
    )
    func refused(_ code: ControlError.Code) async throws {
        try await AdminFixture.run { admin in
            await admin.control.fail(with: ControlError(code, "no", details: ["C2 errors: too many"]))
            let answer = try await admin.send("POST", Self.base + "/promote", "{}")
            #expect(answer.status == 409 && answer.error?.code == code.rawValue)
            #expect(answer.error?.details == ["C2 errors: too many"])
        }
    }
}
