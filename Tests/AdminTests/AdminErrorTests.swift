import Admin
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct AdminErrorTests {
    private static let statuses: [ControlError.Code: Int] = [
        .invalidRequest: 400, .notFound: 404, .staleRevision: 409, .slotBusy: 409, .notReady: 409,
        .contractBroken: 409, .idempotencyKeyReused: 409, .insufficientMemory: 507, .loadFailed: 422,
        .storeUnavailable: 503, .shuttingDown: 503,
    ]

    @Test("each refusal has its status, code, sentence, revision and details")
    func refusals() async throws {
        try await AdminFixture.run { admin in
            for code in ControlError.Code.allCases {
                let failure = ControlError(code, "because \(code)", currentRevision: 14, details: ["a", "b"])
                await admin.control.fail(with: failure)
                let answer = try await admin.send("POST", "/admin/v1/models/digits/promote", "{}")
                #expect(answer.status == Self.statuses[code])
                let error = try #require(answer.error)
                #expect(error.code == code.rawValue && error.message == "because \(code)")
                #expect(error.currentRevision == 14 && error.details == ["a", "b"])
            }
        }
    }

    @Test(
        "a bad body is 400 and the message names the field",
        arguments: [
            ("", "[]", "one JSON object"), ("", "null", "one JSON object"), ("", "{", "one JSON object"),
            ("", "{} x", "one JSON object"), ("", "\"x\"", "one JSON object"), ("", "\u{FEFF}nonsense", "JSON object"),
            ("", String(repeating: "[", count: 100_000), "one JSON object"),
            ("", String(repeating: #"{"a":"#, count: 50_000), "one JSON object"),
            ("", #"{"forse":true}"#, "'forse'"), ("", #"{"FORCE":true}"#, "'FORCE'"),
            ("", #"{"\u001b]0;pwned\u0007":1}"#, "']0;pwned'"),
            ("", #"{"force":1}"#, "'force' must be true or false"), ("", #"{"force":"true"}"#, "'force'"),
            ("", #"{"reason":7}"#, "'reason' must be a string"), ("", #"{"reason":["x"]}"#, "'reason'"),
            ("", #"{"reason":"a\u0000b"}"#, "'reason' contains control characters"),
            ("", #"{"revision":"12"}"#, "'revision' must be an integer"), ("", #"{"revision":1.5}"#, "'revision'"),
            ("", #"{"revision":-1}"#, "'revision' must be between"),
            ("", #"{"revision":9223372036854775808}"#, "'revision' must be an integer"),
            ("", #"{"revision":1e400}"#, ""), ("", #"{"waitForDrain":{}}"#, "'waitForDrain'"),
            ("", #"{"version":1}"#, "'version'"), ("", #"{"force":true}"#, "'reason' is required"),
            ("", #"{"force":true,"reason":" "}"#, "'reason' is required"),
            ("load", #"{"version":0}"#, "'version' must be between"), ("load", #"{"version":1e12}"#, "'version'"),
            ("load", #"{"source":"../etc"}"#, "'source'"), ("load", #"{"source":"/etc"}"#, "'source'"),
            ("load", #"{"source":"a//b"}"#, "'source'"), ("load", #"{"wait":0}"#, "'wait'"),
            ("load", #"{"waitForDrain":true}"#, "'waitForDrain'"),
            ("traffic", "{}", "give `shadow`, `noise` or both"), ("traffic", #"{"reason":"x"}"#, "give `shadow`"),
            ("traffic", #"{"shadow":"50%"}"#, "'shadow' must be a number between 0 and 1, e.g. 0.25"),
            ("traffic", #"{"shadow":true}"#, "'shadow' must be a number"), ("traffic", #"{"noise":1.01}"#, "'noise'"),
            ("traffic", #"{"reset":true,"noise":0}"#, "`reset` goes with neither"),
            ("traffic", #"{"reset":false}"#, "`reset`"),
            ("traffic", #"{"reset":1}"#, "'reset' must be true or false"),
            ("traffic", #"{"noise":-0.1}"#, "'noise' must be a number"), ("traffic", #"{"noise":1e400}"#, ""),
            ("traffic", #"{"shadow":[0.5]}"#, "'shadow'"), ("traffic", #"{"shadow":0.5,"force":true}"#, "'force'"),
        ]
    )
    func badBodies(_ route: String, _ body: String, _ words: String) async throws {
        let paths = ["load": "slots/green/load", "traffic": "traffic", "": "promote"]
        let path = "/admin/v1/models/digits/\(try #require(paths[route]))"
        try await AdminFixture.run { admin in
            let answer = try await admin.send("POST", path, body)
            #expect(answer.status == 400)
            #expect(answer.error?.code == "invalid_request")
            #expect(answer.error?.message.contains(words) == true, "\(answer.error?.message ?? "no message")")
            #expect(await admin.control.calls.isEmpty)
        }
    }

    @Test("bad headers are 400 and the message names the header")
    func badHeaders() async throws {
        let cases = [
            ("If-Match", "12"), ("If-Match", "\"x\""), ("If-Match", "W/\"12\""), ("If-Match", "*"),
            ("If-Match", "\"-1\""), ("If-Match", "\""), ("Idempotency-Key", String(repeating: "k", count: 256)),
            ("Teal-Actor", String(repeating: "a", count: 129)), ("Teal-Actor", "Ünïcode"),
        ]
        try await AdminFixture.run { admin in
            for (name, value) in cases {
                let answer = try await admin.send(
                    "POST",
                    "/admin/v1/models/digits/promote",
                    "{}",
                    headers: [name: value]
                )
                #expect(answer.status == 400, "\(name): \(value)")
                #expect(answer.error?.message.contains(name) == true)
            }
            let both = ["If-Match": "\"12\""]
            let differing = #"{"revision":13}"#
            let answer = try await admin.send("POST", "/admin/v1/models/digits/promote", differing, headers: both)
            #expect(answer.error?.message == "If-Match and field 'revision' name different revisions")
            #expect(await admin.control.calls.isEmpty)
        }
    }

    @Test("an unknown slot is 400 and the message says which there are", arguments: ["load", "unload"])
    func unknownSlot(_ action: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("POST", "/admin/v1/models/digits/slots/red/\(action)", "{}")
            #expect(answer.status == 400)
            #expect(answer.error?.message == "path parameter 'slot' must be blue or green")
        }
    }

    @Test("bad audit queries are 400 and the message names the parameter")
    func badQueries() async throws {
        let queries = [
            ("limit=0", "'limit'"), ("limit=1001", "'limit'"), ("limit=ten", "'limit'"), ("before=0", "'before'"),
            ("before=x", "'before'"), ("model=A%20B", "'model'"),
            ("modle=digits", "unknown parameter 'modle'; this route takes: before, limit, model"),
            ("limit=5&limit=6", "'limit' is given twice"),
        ]
        try await AdminFixture.run { admin in
            for (query, words) in queries {
                let answer = try await admin.send("GET", "/admin/v1/audit?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.error?.message.contains(words) == true)
            }
        }
    }

    @Test("a body of more than 1 MiB is 413, one just below is read")
    func bodyLimit() async throws {
        try await AdminFixture.run { admin in
            let path = "/admin/v1/models/digits/promote"
            let large = try await admin.send("POST", path, "{" + String(repeating: " ", count: 1_048_576) + "}")
            #expect(large.status == 413)
            #expect(large.error?.code == "too_large")
            let fitting = try await admin.send("POST", path, "{" + String(repeating: " ", count: 1_048_574) + "}")
            #expect(fitting.status == 200)
        }
    }

    @Test("an unknown route is 404, a wrong method 405 with the right ones")
    func routing() async throws {
        try await AdminFixture.run { admin in
            let unknown = try await admin.send("GET", "/admin/v2/models")
            #expect(unknown.status == 404 && unknown.error?.code == "not_found")
            let wrong = try await admin.send("DELETE", "/admin/v1/models/digits")
            #expect(wrong.status == 405 && wrong.headers["allow"] == "GET, HEAD")
            let post = try await admin.send("GET", "/admin/v1/models/digits/promote")
            #expect(post.status == 405 && post.headers["allow"] == "POST")
            #expect(post.error?.code == "method_not_allowed")
        }
    }
}
