import Admin
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Routes of trials and pairs", .timeLimit(.minutes(2))) struct TrialRouteTests {
    private static let base = "/admin/v1/models/digits"

    @Test("a model's trials, one of them and its comparators are shown whole")
    func trials() async throws {
        try await AdminFixture.run { admin in
            let releases = try await admin.send("GET", Self.base + "/releases?limit=7")
            #expect(releases.headers["content-type"] == "application/json; charset=utf-8")
            #expect(try releases.decode(ReleasesDocument.self).releases == [.init(.sample(), pairs: 1_230)])
            #expect(try await admin.send("GET", Self.base + "/trial").decode(TrialDocument.self) == .sample())
            let id = Release.sample().id
            let comparators = try await admin.send("GET", Self.base + "/comparators?release=\(id)")
            let plans = try comparators.decode(ComparatorsDocument.self)
            #expect(plans.release == .sample() && plans.outputs == TrialDocument.sample().outputs.map(\.plan))
            #expect(
                admin.trials.calls == [.releases("digits", 7), .trial("digits", nil), .trial("digits", id)]
            )
        }
    }

    @Test("every filter of pairs reaches the reader")
    func filters() async throws {
        try await AdminFixture.run { admin in
            let query =
                "release=5&diverged=true&outcome=timeout&live_outcome=answered&segment=tenant=a%3Db%26c"
                + "&from=2023-11-14T22:13:20Z&until=1700000100000000&order=divergence&limit=2"
            let answer = try await admin.send("GET", Self.base + "/pairs?\(query)")
            let document = try answer.decode(PairsDocument.self)
            #expect(document.pairs == [.sample(), .failed()] && document.next == CapturedPair.Summary.failed().id)
            var expected = PairQuery(model: "digits", release: 5, divergedOnly: true, limit: 2)
            expected.candidateOutcome = "timeout"
            expected.liveOutcome = "answered"
            expected.segment = Segment(key: "tenant", value: "a=b&c")
            expected.from = 1_700_000_000_000_000
            expected.until = 1_700_000_100_000_000
            expected.order = .divergence
            var paged = PairQuery(model: "digits")
            paged.before = 9
            _ = try await admin.send("GET", Self.base + "/pairs?before=9&diverged=false&outcome=")
            #expect(admin.trials.calls == [.pairs(expected), .pairs(paged)])
        }
    }

    @Test("one pair is shown whole, an unknown one is 404, an impossible id 400")
    func pair() async throws {
        try await AdminFixture.run { admin in
            let id = CapturedPair.Summary.sample().id
            #expect(try await admin.send("GET", Self.base + "/pairs/\(id)").decode(PairDocument.self) == .sample())
            let unknown = try await admin.send("GET", Self.base + "/pairs/7")
            #expect(unknown.status == 404 && unknown.error?.code == "not_found")
            for id in ["0", "-1", "x", "9223372036854775808"] {
                let answer = try await admin.send("GET", Self.base + "/pairs/\(id)")
                #expect(answer.status == 400 && answer.error?.message.contains("'id'") == true, "\(id)")
            }
        }
    }

    @Test("kept requests come as JSON lines, and the headers say where to go on and what is missing")
    func requests() async throws {
        try await AdminFixture.run { admin in
            admin.trials.keep([#"{"id":"1"}"#, "", #"{"id":"3"}"#])
            let first = try await admin.send("GET", Self.base + "/requests?limit=2&release=5")
            #expect(first.headers["content-type"] == "application/x-ndjson; charset=utf-8")
            #expect(first.text == "{\"id\":\"1\"}\n")
            #expect(first.headers["teal-next"] == "2" && first.headers["teal-skipped"] == "1")
            let second = try await admin.send("GET", Self.base + "/requests?after=2")
            #expect(second.text == "{\"id\":\"3\"}\n")
            #expect(second.headers["teal-next"] == nil && second.headers["teal-skipped"] == "0")
            #expect(
                admin.trials.calls == [
                    .requests("digits", release: 5, after: 0, limit: 2),
                    .requests("digits", release: nil, after: 2, limit: 100),
                ]
            )
        }
    }

    @Test("an empty list is an answer for a known model and 404 for one that is not")
    func unknownModel() async throws {
        try await AdminFixture.run { admin in
            for what in ["releases", "trial", "comparators", "pairs", "pairs/1", "requests"] {
                let answer = try await admin.send("GET", "/admin/v1/models/nobody/\(what)")
                #expect(answer.status == 404 && answer.error?.code == "not_found", "\(what)")
                #expect(answer.error?.message == "no model 'nobody'", "\(what)")
            }
            admin.trials.clear()
            for what in ["releases", "pairs", "requests"] {
                #expect(try await admin.send("GET", "\(Self.base)/\(what)").status == 200, "\(what)")
            }
        }
    }

    @Test("while the store is away the routes are 503 with its sentence")
    func unavailable() async throws {
        try await AdminFixture.run { admin in
            admin.trials.fail(with: ControlError(.storeUnavailable, "captures.db is locked"))
            for what in ["releases", "trial", "comparators", "pairs", "pairs/1", "requests"] {
                let answer = try await admin.send("GET", "\(Self.base)/\(what)")
                #expect(answer.status == 503 && answer.error?.message == "captures.db is locked", "\(what)")
                #expect(answer.headers["retry-after"] == "1")
            }
        }
    }

    @Test("a query that is not understood is 400 and the message names the parameter")
    func badQueries() async throws {
        let queries = [
            ("pairs?limit=0", "'limit' must be between 1 and 1000"), ("pairs?limit=1001", "'limit'"),
            ("pairs?diverged=yes", "'diverged' must be true or false"),
            ("pairs?diverge=true", "unknown parameter 'diverge'"),
            ("pairs?outcome=late", "'outcome' must be one of: answered, invalid, error, timeout"),
            ("pairs?live_outcome=ok", "'live_outcome'"), ("pairs?segment=tenant", "'segment' must be KEY=VALUE"),
            ("pairs?segment==acme", "'segment'"), ("pairs?from=yesterday", "'from' must be microseconds"),
            ("pairs?until=2023-02-29", "'until'"), ("pairs?from=1h", "'from'"),
            ("pairs?from=2&until=2", "'from' must be earlier"),
            ("pairs?before=0", "'before' must be a positive integer"), ("pairs?order=oldest", "'order' must be one of"),
            ("pairs?before=5&order=divergence", "'before' pages through order=newest"),
            ("pairs?release=-1", "'release'"), ("pairs?limit=1&limit=2", "'limit' is given twice"),
            ("releases?release=1", "this route takes: limit"), ("trial?release=x", "'release'"),
            ("trial?limit=1", "unknown parameter 'limit'"), ("comparators?release=0", "'release'"),
            ("requests?after=-1", "'after' must be between 0"), ("requests?limit=5000", "'limit'"),
            ("pairs/1?limit=1", "this route takes: none"),
        ]
        try await AdminFixture.run { admin in
            for (query, words) in queries {
                let answer = try await admin.send("GET", "\(Self.base)/\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.error?.message.contains(words) == true, "\(query): \(answer.error?.message ?? "")")
            }
            #expect(admin.trials.calls.isEmpty)
        }
    }
}
