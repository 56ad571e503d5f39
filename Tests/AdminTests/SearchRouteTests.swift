import Admin
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite("Routes of semantic search", .timeLimit(.minutes(2))) struct SearchRouteTests {
    private static let base = "/admin/v1/models/digits"

    @Test("every field of a search reaches the engine")
    func fields() async throws {
        try await AdminFixture.run { admin in
            let body = #"""
                {"text":"a \"b\"\n\ud83d\ude00/é","in":"live","precision":"volume","words":false,"limit":200,"release":5,
                "diverged":true,"divergence":[0.25,0.5],"liveOutcome":"answered","outcome":"timeout",
                "slice":"0123456789abcdef","segment":"kind of thing=a=b&c/ü+%","since":"2023-11-14T22:13:20Z",
                "until":1700000100000000}
                """#
            let answer = try await admin.send("POST", Self.base + "/search", body)
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json; charset=utf-8")
            #expect(try answer.decode(SearchDocument.self) == .sample())
            #expect(admin.search.calls == [.search(.sample())])
        }
    }

    @Test("a pair or a vector can be looked for, and what is left out or null has its usual value")
    func subjects() async throws {
        try await AdminFixture.run { admin in
            for body in [#"{"pair":7}"#, #"{"vector":[0.5,-1,2e3],"text":null,"in":"change"}"#, #"{"text":" a "}"#] {
                let answer = try await admin.send("POST", Self.base + "/search", body)
                #expect(answer.status == 200, "\(body)")
            }
            #expect(
                admin.search.calls == [
                    .search(SearchQuery(model: "digits", subject: .pair(7))),
                    .search(SearchQuery(model: "digits", subject: .vector([0.5, -1, 2000]), field: .change)),
                    .search(SearchQuery(model: "digits", subject: .text(" a "))),
                ]
            )
        }
    }

    @Test("the longest text and the longest vector are taken, longer ones are not")
    func limits() async throws {
        try await AdminFixture.run { admin in
            let path = Self.base + "/search"
            let text = String(repeating: "ü", count: 65_536)
            #expect(try await admin.send("POST", path, "{\"text\":\"\(text)\"}").status == 200)
            let long = try await admin.send("POST", path, "{\"text\":\"\(text)a\"}")
            #expect(long.status == 400 && long.error?.message.contains("'text' is longer than 65536") == true)
            let numbers = Array(repeating: "-0.12345", count: 65_536).joined(separator: ",")
            #expect(try await admin.send("POST", path, "{\"vector\":[\(numbers)]}").status == 200)
            let longer = try await admin.send("POST", path, "{\"vector\":[\(numbers),1]}")
            #expect(longer.error?.message == "field 'vector' must be a list of 1 to 65536 finite numbers")
            let huge = "{\"text\":\"\(String(repeating: "a", count: 1 << 20))\"}"
            #expect(try await admin.send("POST", path, huge).status == 413)
        }
    }

    @Test("a search that is not understood is 400 and the message names the field")
    func badSearches() async throws {
        let bodies = [
            ("{}", "give one of 'text', 'pair' and 'vector'"), ("", "give one of"), ("[]", "one JSON object"),
            (#"{"text":"a","pair":1}"#, "give one of"), (#"{"pair":1,"vector":[1]}"#, "give one of"),
            (#"{"text":""}"#, "'text' is empty"), (#"{"text":" \n"}"#, "'text' is empty"),
            (#"{"text":1}"#, "'text' must be a string"),
            (#"{"text":"a\u0007"}"#, "'text' contains control characters"),
            (#"{"text":"a\r"}"#, "'text' contains control"), (#"{"pair":0}"#, "'pair' must be between 1"),
            (#"{"pair":"7"}"#, "'pair' must be an integer"), (#"{"vector":[]}"#, "'vector' must be a list"),
            (#"{"vector":[1,"a"]}"#, "'vector' must be a list"), (#"{"vector":[1e39]}"#, "finite numbers"),
            (#"{"vector":[1e400]}"#, "'vector' must be"), (#"{"vector":[null]}"#, "'vector' must be"),
            (#"{"text":"a","in":"answers"}"#, "'in' must be one of: requests, live, candidate, change"),
            (#"{"text":"a","precision":"high"}"#, "'precision' must be one of: auto, volume, precise"),
            (#"{"text":"a","words":"no"}"#, "'words' must be true or false"),
            (#"{"text":"a","limit":0}"#, "'limit' must be between 1 and 200"),
            (#"{"text":"a","limit":201}"#, "'limit'"), (#"{"text":"a","release":0}"#, "'release'"),
            (#"{"text":"a","diverged":1}"#, "'diverged' must be true"),
            (#"{"text":"a","divergence":0.5}"#, "'divergence' must be two numbers"),
            (#"{"text":"a","divergence":[0.5]}"#, "'divergence'"),
            (#"{"text":"a","divergence":[0.5,0.2]}"#, "'divergence'"),
            (#"{"text":"a","divergence":[-1,0.2]}"#, "'divergence'"),
            (#"{"text":"a","divergence":[0,2]}"#, "'divergence'"),
            (#"{"text":"a","liveOutcome":"ok"}"#, "'liveOutcome' must be one of: answered, invalid, error, timeout"),
            (#"{"text":"a","outcome":7}"#, "'outcome' must be one of"),
            (#"{"text":"a","slice":"not"}"#, "'slice' must be the 16"),
            (#"{"text":"a","slice":"0123456789ABCDEF"}"#, "'slice'"),
            (#"{"text":"a","segment":"tenant"}"#, "'segment' must be KEY=VALUE"),
            (#"{"text":"a","segment":{}}"#, "'segment'"),
            (#"{"text":"a","since":"yesterday"}"#, "'since' must be microseconds"),
            (#"{"text":"a","until":-1}"#, "'until'"), (#"{"text":"a","until":1.5}"#, "'until'"),
            (#"{"text":"a","since":2,"until":2}"#, "'since' must be earlier"),
            (#"{"text":"a","k":3}"#, "unknown field 'k'"),
        ]
        try await AdminFixture.run { admin in
            for (body, words) in bodies {
                let answer = try await admin.send("POST", Self.base + "/search", body)
                #expect(answer.status == 400 && answer.error?.code == "invalid_request", "\(body)")
                #expect(answer.error?.message.contains(words) == true, "\(body): \(answer.error?.message ?? "")")
            }
            #expect(admin.search.calls.isEmpty)
        }
    }

    @Test("slices and map are shown whole, vectors as a file")
    func reading() async throws {
        try await AdminFixture.run { admin in
            let slices = try await admin.send("GET", Self.base + "/slices?release=5")
            #expect(try slices.decode(SlicesDocument.self) == .sample())
            let map = try await admin.send("GET", Self.base + "/map").decode(MapDocument.self)
            #expect(map == MapDocument(model: "digits", release: Release.sample().id, map: .sample(points: 3)))
            let all = try await admin.send("GET", Self.base + "/vectors")
            #expect(all.body == FakeSemanticSearch.archive)
            #expect(all.headers["content-type"] == "application/octet-stream")
            #expect(all.headers["teal-pairs"] == "7" && all.headers["teal-release"] == "\(Release.sample().id)")
            let name = "digits-vectors-\(Release.sample().id).npz"
            #expect(all.headers["content-disposition"] == "attachment; filename=\"\(name)\"")
            let one = try await admin.send("GET", Self.base + "/vectors?release=5&limit=100000")
            #expect(one.headers["content-disposition"] == "attachment; filename=\"digits-vectors-5.npz\"")
            #expect(
                admin.search.calls == [
                    .slices("digits", 5), .map("digits", nil), .archive("digits", nil, 10_000),
                    .archive("digits", 5, 100_000),
                ]
            )
        }
    }

    @Test("a query that is not understood is 400 and the message names the parameter")
    func badQueries() async throws {
        try await AdminFixture.run { admin in
            for (query, words) in [
                ("slices?release=0", "'release'"), ("slices?limit=1", "this route takes: release"),
                ("map?release=x", "'release'"), ("map?k=1", "unknown parameter 'k'"), ("vectors?limit=0", "'limit'"),
                ("vectors?limit=100001", "'limit' must be between 1 and 100000"),
                ("vectors?before=1", "limit, release"),
            ] {
                let answer = try await admin.send("GET", "\(Self.base)/\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.error?.message.contains(words) == true, "\(query): \(answer.error?.message ?? "")")
            }
            #expect(admin.search.calls.isEmpty)
        }
    }

    @Test("an unknown model is 404 with its sentence, a known one without pairs with the engine's")
    func unknown() async throws {
        try await AdminFixture.run { admin in
            for (method, what) in Self.routes {
                let answer = try await admin.send(method, "/admin/v1/models/nobody/\(what)", Self.body(method))
                #expect(answer.status == 404 && answer.error?.message == "no model 'nobody'", "\(what)")
            }
            let sentence = "no pairs of model `digits` are kept"
            admin.search.fail(with: ControlError(.notFound, sentence))
            for (method, what) in Self.routes {
                let answer = try await admin.send(method, "\(Self.base)/\(what)", Self.body(method))
                #expect(answer.status == 404 && answer.error?.message == sentence, "\(what)")
            }
        }
    }

    @Test("what the engine cannot do now is told with its sentence")
    func failures() async throws {
        try await AdminFixture.run { admin in
            for (code, status) in [(ControlError.Code.storeUnavailable, 503), (.notReady, 409), (.notFound, 404)] {
                admin.search.fail(with: ControlError(code, "not now"))
                for (method, what) in Self.routes {
                    let answer = try await admin.send(method, "\(Self.base)/\(what)", Self.body(method))
                    #expect(answer.status == status && answer.error?.code == code.rawValue, "\(what)")
                    #expect(answer.error?.message == "not now", "\(what)")
                }
            }
        }
    }

    @Test("without search every route says why")
    func off() async throws {
        try await AdminFixture.run(hasSearch: false) { admin in
            for (method, what) in Self.routes {
                let answer = try await admin.send(method, "\(Self.base)/\(what)", Self.body(method))
                #expect(answer.status == 503 && answer.error?.code == "not_ready", "\(what)")
                #expect(answer.error?.message == "search is switched off", "\(what)")
                #expect(answer.headers["retry-after"] == nil)
            }
        }
    }

    private static let routes = [("POST", "search"), ("GET", "slices"), ("GET", "map"), ("GET", "vectors")]

    private static func body(_ method: String) -> String? { method == "POST" ? #"{"text":"a"}"# : nil }
}
