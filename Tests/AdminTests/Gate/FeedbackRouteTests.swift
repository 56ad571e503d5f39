import Admin
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Route of feedback", .timeLimit(.minutes(2))) struct FeedbackRouteTests {
    private static let path = "/admin/v1/models/digits/feedback"

    @Test(
        "a class may be a text, a whole number or a truth value",
        arguments: [
            (#""8""#, "8"), ("8", "8"), ("-3", "-3"), ("true", "true"), (#""grün""#, "grün"), (#""true""#, "true"),
        ]
    )
    func labels(_ json: String, _ label: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("POST", Self.path, #"{"id": "r1", "label": \#(json)}"#)
            #expect(answer.status == 200)
            #expect(admin.desk.calls == [.feedback([Feedback(requestID: "r1", truth: .label(label))], "digits")])
        }
    }

    @Test("a list is taken in its order, and problems in it stand for themselves")
    func list() async throws {
        try await AdminFixture.run { admin in
            let problem = FeedbackReply.Problem(id: "r2", code: "conflict", message: "told otherwise")
            let reply = FeedbackReply(accepted: 1, known: 0, problems: [problem])
            admin.desk.answer(reply)
            let body = #"{"feedback": [{"id": "r1", "label": 8}, {"id": "r2", "scores": {"live": 0, "candidate": 1}}]}"#
            let answer = try await admin.send("POST", Self.path, body)
            #expect(answer.status == 200)
            #expect(try answer.decode(FeedbackReply.self) == reply)
            let items = [
                Feedback(requestID: "r1", truth: .label("8")),
                Feedback(requestID: "r2", truth: .scores(live: 0, candidate: 1)),
            ]
            #expect(admin.desk.calls == [.feedback(items, "digits")])
        }
    }

    @Test(
        "a problem with a single item is the answer's status",
        arguments: [
            ("unknown", 404, "not_found"), ("conflict", 409, "conflict"), ("unreadable", 409, "conflict"),
            ("unlabelled", 409, "conflict"),
        ]
    )
    func single(_ code: String, _ status: Int, _ shown: String) async throws {
        try await AdminFixture.run { admin in
            admin.desk.answer(FeedbackReply(problems: [.init(id: "r1", code: code, message: "because")]))
            let answer = try await admin.send("POST", Self.path, #"{"id": "r1", "label": 8}"#)
            #expect(answer.status == status && answer.error?.code == shown && answer.error?.message == "because")
        }
    }

    @Test("a thousand items are taken, one more and none are not")
    func limits() async throws {
        @Sendable func body(_ count: Int) -> String {
            #"{"feedback": ["# + (0..<count).map { #"{"id": "r\#($0)", "label": 1}"# }.joined(separator: ",") + "]}"
        }
        try await AdminFixture.run { admin in
            #expect(try await admin.send("POST", Self.path, body(1_000)).status == 200)
            for count in [0, 1_001] {
                let answer = try await admin.send("POST", Self.path, body(count))
                #expect(answer.status == 400 && answer.error?.message.contains("\(count) items") == true)
            }
            #expect(admin.desk.calls.count == 1)
        }
    }

    private static let refusals: [(String, String)] = [
        ("", "no feedback"), ("[]", "no feedback"), ("{}", "no feedback"), ("null", "no feedback"),
        (#"{"id": 5, "label": 8}"#, "no feedback"), (#"{"id": "r", "label": 1.5}"#, "no feedback"),
        (#"{"id": "r", "label": []}"#, "no feedback"), (#"{"id": "r", "scores": {"live": 1}}"#, "no feedback"),
        (#"{"id": "r", "scores": {"live": 1, "candidate": 1e999}}"#, "scores"),
        (#"{"feedback": {"id": "r", "label": 1}}"#, "no feedback"), (#"{"feedback": [{"label": 1}]}"#, "no feedback"),
        (#"{"id": "", "label": 8}"#, "1 to 1024 bytes"),
        (#"{"id": "\#(String(repeating: "x", count: 1_025))", "label": 8}"#, "1 to 1024 bytes"),
        (#"{"id": "r", "label": ""}"#, "1 to 256 bytes"),
        (#"{"id": "r", "label": "\#(String(repeating: "x", count: 257))"}"#, "1 to 256 bytes"),
        (#"{"id": "r"}"#, "`label` or `scores`"),
        (#"{"id": "r", "label": 1, "scores": {"live": 1, "candidate": 1}}"#, "`label` or `scores`"),
        (#"{"id": "r", "scores": {"live": 1.1, "candidate": 1}}"#, "between 0 and 1"),
        (#"{"id": "r", "scores": {"live": 1, "candidate": -0.1}}"#, "between 0 and 1"),
        (#"{"feedback": [{"id": "r", "label": 1}, {"id": "s"}]}"#, "`label` or `scores`"),
    ]

    @Test("a body that is no feedback is 400, says what would be right, and reaches nobody")
    func refused() async throws {
        try await AdminFixture.run { admin in
            for (body, words) in Self.refusals {
                let answer = try await admin.send("POST", Self.path, body)
                #expect(answer.status == 400 && answer.error?.code == "invalid_request", "\(body)")
                #expect(answer.error?.message.contains(words) == true, "\(body): \(answer.error?.message ?? "")")
            }
            #expect(admin.desk.calls.isEmpty)
        }
    }

    @Test("while the store is away feedback is 503, to be told again")
    func unavailable() async throws {
        try await AdminFixture.run { admin in
            admin.desk.fail(with: ControlError(.storeUnavailable, "captures.db is locked"))
            let answer = try await admin.send("POST", Self.path, #"{"id": "r", "label": 8}"#)
            #expect(answer.status == 503 && answer.headers["retry-after"] == "1")
        }
    }
}
