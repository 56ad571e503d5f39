import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite struct EngineSliceTests {
    private static let words = [
        "film", "story", "actor", "music", "scene", "plot", "camera", "ending", "score", "cast",
    ]

    /// The candidate answers half of the requests that say `not` otherwise, and hardly any others.
    private func traffic(_ store: InMemoryCaptureStore, _ numbers: Range<Int64>, release: Int64 = 1, topics: Int = 10) {
        var random = SeededRandom(seed: UInt64(numbers.lowerBound) + 11)
        for number in numbers {
            let isNegated = number % 5 == 0
            let picks = (0..<4).map { _ in Self.words[Int.random(in: 0..<topics, using: &random)] }
            let text = "\(isNegated ? "not " : "")\(picks.joined(separator: " ")) number\(number)"
            let flips = Double.random(in: 0..<1, using: &random) < (isNegated ? 0.5 : 0.01)
            store.add(number, text, live: "bad", candidate: flips ? "good" : "bad", release: release)
        }
    }

    @Test func `The requests a candidate gets wrong are the top slice, and search can look into it`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<1_600)
        let sample = try EngineSample(store: store)
        await sample.settle()
        let document = try await sample.engine.slices(model: EngineSample.model, release: nil)
        let slice = try #require(document.findings.slices.first)
        #expect(slice.confirmed)
        #expect(slice.predicates.contains { $0.value == "not" })
        #expect(document.excerpts.contains { $0.request.hasPrefix("not ") })

        var query = SearchQuery(model: EngineSample.model, subject: .text("film"))
        query.filter.slice = slice.id
        let found = try await sample.search(query)
        #expect(!found.hits.isEmpty)
        #expect(found.hits.allSatisfy { $0.request.hasPrefix("not ") })
        #expect(found.slices.first?.id == slice.id)

        let findings = sample.engine.findings(model: EngineSample.model, release: 1)
        #expect(findings.slices == document.findings)
        query.filter.slice = "nothing"
        await #expect(throws: ControlError.self) { try await sample.search(query) }
    }

    @Test func `A trial that lacks a part of the usual requests is said to lack it`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<500)
        self.traffic(store, 500..<1_000, release: 2)
        let whole = try EngineSample(store: store)
        await whole.settle()
        let full = try #require(whole.engine.findings(model: EngineSample.model, release: 2).coverage)
        #expect(full.reference == 499)
        #expect(full.share > 0.9)
        self.traffic(store, 1_000..<1_800, release: 3, topics: 2)
        let part = try EngineSample(store: store)
        await part.settle()
        let partial = try #require(part.engine.findings(model: EngineSample.model, release: 3).coverage)
        #expect(partial.share < 0.6)
    }

    @Test func `The map has a place for each request and stays as it was turned`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<600)
        let sample = try EngineSample(store: store)
        await sample.settle()
        let first = try #require(try await sample.engine.map(model: EngineSample.model, release: nil).map)
        #expect(first.ids.count == 599)
        #expect(try await sample.engine.map(model: EngineSample.model, release: nil).map == first)
    }

    @Test func `An export has a row for each pair of the release`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<50)
        let sample = try EngineSample(store: store)
        await sample.settle()
        let archive = try await sample.engine.vectors(model: EngineSample.model, release: nil, limit: 100)
        let text = String(decoding: archive, as: UTF8.self)
        #expect(text.contains("'shape': (49, 64)"))
        #expect(text.contains("requests-text.npy"))
        await #expect(throws: ControlError.self) {
            try await sample.engine.vectors(model: EngineSample.model, release: 9, limit: 100)
        }
    }
}
