import Admin
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite("Search through the client", .timeLimit(.minutes(1))) struct SearchClientTests {
    @Test("each question reaches its route with all it asks, and its answer can be decoded")
    func questions() async throws {
        var query = SearchQuery(model: "digits", subject: .text("a \"b\"\n\u{1F600}/é"), field: .live)
        query.precision = .volume
        query.usesWords = false
        query.limit = 7
        query.filter.release = 5
        query.filter.divergedOnly = true
        query.filter.leastDivergence = 0.2
        query.filter.mostDivergence = 0.75
        query.filter.liveOutcome = .answered
        query.filter.candidateOutcome = .error
        query.filter.slice = "0123456789abcdef"
        query.filter.segment = Segment(key: "kind of thing", value: "a=b&c/ü+%")
        query.filter.from = 1
        query.filter.until = 2
        var vector = SearchQuery(model: "digits", subject: .vector([0.1, -2.5]), field: .change)
        vector.filter.leastDivergence = 0.5
        let asked = [query, SearchQuery(model: "digits", subject: .pair(9)), vector]
        var received = vector
        // A range has two ends.
        received.filter.mostDivergence = 1
        let expected = [query, asked[1], received].map(FakeSemanticSearch.Call.search)
        try await AdminFixture.run { admin in
            try await admin.client { client in
                for query in asked {
                    let found = try client.search(query).decode(SearchDocument.self)
                    #expect(found == .sample())
                }
                for release in [5, nil] as [Int64?] {
                    let slices = try client.slices(model: "digits", release: release).decode(SlicesDocument.self)
                    #expect(slices == .sample())
                }
                let archive = try client.vectors(model: "digits", release: 6, limit: 3)
                #expect(archive == FakeSemanticSearch.archive)
            }
            #expect(
                admin.search.calls == expected + [
                    .slices("digits", 5), .slices("digits", nil), .vectors("digits", 6, 3),
                ]
            )
        }
    }

    @Test("a refusal is the gateway's sentence, not a file")
    func refusals() async throws {
        try await AdminFixture.run { admin in
            let error = await #expect(throws: AdminClientError.self) {
                try await admin.client { client in try client.vectors(model: "nobody", limit: 1) }
            }
            #expect(error?.code == "not_found" && error?.description == "no model 'nobody'")
            let noName = await #expect(throws: AdminClientError.self) {
                try await admin.client { client in try client.search(SearchQuery(model: "a/b", subject: .pair(1))) }
            }
            #expect(noName?.code == nil && noName?.description.contains("no model name") == true)
        }
    }
}
