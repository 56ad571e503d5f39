import Admin
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite("Search through the client", .timeLimit(.minutes(1))) struct SearchClientTests {
    @Test("each question reaches its route with all it asks, and its answer can be decoded")
    func questions() async throws {
        var vector = SearchQuery(model: "digits", subject: .vector([0.1, -2.5]), field: .change)
        vector.filter.leastDivergence = 0.5
        let asked = [SearchQuery.sample(), SearchQuery(model: "digits", subject: .pair(9)), vector]
        var received = vector
        // A range has two ends.
        received.filter.mostDivergence = 1
        let expected = [asked[0], asked[1], received].map(FakeSemanticSearch.Call.search)
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
                #expect(archive.bytes == FakeSemanticSearch.archive && archive.pairs == 7 && archive.release == 6)
            }
            #expect(
                admin.search.calls == expected + [
                    .slices("digits", 5), .slices("digits", nil), .archive("digits", 6, 3),
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
