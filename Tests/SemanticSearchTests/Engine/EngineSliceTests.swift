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
        let archive = try await sample.engine.archive(model: EngineSample.model, release: nil, limit: 100)
        #expect(archive.pairs == 49 && archive.release == 1)
        var (bytes, parts): ([UInt8], Int) = ([], 0)
        while let part = try await archive.next() {
            bytes += part
            parts += 1
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("'shape': (49, 64)"))
        #expect(text.contains("requests-text.npy"))
        #expect(parts > 8)
        #expect(try await archive.next() == nil)
        await #expect(throws: ControlError.self) {
            try await sample.engine.archive(model: EngineSample.model, release: 9, limit: 100)
        }
    }

    @Test func `There is one export at a time, and one that nobody reads on makes way`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<3_000)
        let sample = try EngineSample(store: store)
        await sample.settle()
        let export = { (limit: Int) async throws -> VectorArchive in
            try await sample.engine.archive(model: EngineSample.model, release: nil, limit: limit)
        }
        var first: VectorArchive? = try await export(2_999)
        await #expect { _ = try await export(1) } throws: { ($0 as? ControlError)?.code == .notReady }
        // What goes meanwhile leaves rows of zeros, and what comes is not in it.
        _ = try await first?.next()
        store.remove(numbers: 1...1_000)
        store.add(4_000, "a new one")
        await sample.pass()
        var bytes = 0
        while let part = try await first?.next() { bytes += part.count }
        #expect(bytes > 2_999 * 64 * 4)
        #expect(try await export(5_000).pairs == 2_000)
        first = try await export(10)
        _ = try await first?.next()
        first = nil
        #expect(try await export(7).pairs == 7)
        for limit in [0, 100_001, -1] {
            await #expect(throws: ControlError.self) { try await export(limit) }
        }
    }

    @Test func `A search within a slice is answered right after a start`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<1_600)
        let folder = try TemporaryFolder()
        let first = try EngineSample(store: store, folder: folder.path)
        await first.settle()
        let known = try #require(first.engine.findings(model: EngineSample.model, release: 1).slices?.slices.first)
        await first.engine.save()
        let second = try EngineSample(store: store, folder: folder.path)
        var query = SearchQuery(model: EngineSample.model, subject: .text("film"))
        query.filter.slice = known.id
        let found = try await second.search(query)
        #expect(found.hits.allSatisfy { $0.slice == known.id } && !found.hits.isEmpty)
        #expect(found.searched == known.support)
    }

    @Test func `Slices of any release are found when somebody asks, however many newer ones there are`() async throws {
        let store = InMemoryCaptureStore()
        for release in Int64(1)...7 {
            store.begin(release)
            self.traffic(store, release * 100..<release * 100 + 60, release: release)
        }
        let sample = try EngineSample(store: store)
        await sample.settle()
        for release in [7, 6, 5, 4, 3, 2, 1, 1, 7] as [Int64] {
            let document = try await sample.engine.slices(model: EngineSample.model, release: release)
            #expect(document.release == release && document.findings.pairs == 60)
        }
    }

    @Test func `Slices and coverage follow the traffic when the oldest pairs go`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        store.begin(2)
        for number in 1..<Int64(690) { store.add(number, "film story \(number)", release: 2) }
        self.traffic(store, 700..<1_000, release: 1)
        store.add(1_000, "film story", release: 2)
        let sample = try EngineSample(store: store, pairs: 1_000)
        await sample.settle()
        let before = try #require(sample.engine.findings(model: EngineSample.model, release: 2).slices)
        let low = try #require(sample.engine.findings(model: EngineSample.model, release: 2).coverage)
        #expect(before.slices.filter(\.confirmed).isEmpty)
        #expect(low.share < 0.9)
        self.traffic(store, 1_001..<1_600, release: 2)
        await sample.settle()
        #expect(sample.figures.pairs == 900)
        let after = try #require(sample.engine.findings(model: EngineSample.model, release: 2).slices)
        let high = try #require(sample.engine.findings(model: EngineSample.model, release: 2).coverage)
        #expect(after.divergence > before.divergence)
        #expect(high.share > low.share)
    }

    @Test func `The gate is told when a release's pairs wait to be looked at`() async throws {
        let store = InMemoryCaptureStore()
        let sample = try EngineSample(store: store)
        let hasLooked = { (release: Int64) in
            sample.engine.hasLooked(model: EngineSample.model, release: release)
        }
        #expect(!hasLooked(1))
        store.begin()
        await sample.settle()
        #expect(hasLooked(1))
        self.traffic(store, 1..<300)
        while sample.figures.pairs == 0 { _ = await sample.engine.step() }
        #expect(!hasLooked(1))
        await sample.settle()
        #expect(hasLooked(1) && hasLooked(2))
        store.begin(2)
        self.traffic(store, 300..<400, release: 2)
        while sample.figures.pairs < 399 { _ = await sample.engine.step() }
        #expect(!hasLooked(2))
        await sample.settle()
        #expect(hasLooked(2) && hasLooked(1))
        let again = try EngineSample(store: store)
        #expect(!again.engine.hasLooked(model: EngineSample.model, release: 2))
        await again.settle()
        #expect(again.engine.hasLooked(model: EngineSample.model, release: 2))
    }

    @Test func `What the gate waits for comes before the sentence model`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<400)
        let sentences = WordBag(name: "sentence", digest: "s", dimension: 32)
        let sample = try EngineSample(store: store, sentences: sentences)
        while !sample.engine.hasLooked(model: EngineSample.model, release: 1) { _ = await sample.engine.step() }
        #expect(sentences.embedded.isEmpty)
        await sample.settle()
        #expect(!sentences.embedded.isEmpty)
    }

    @Test func `Examples of all slices have their texts`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        self.traffic(store, 1..<2_000)
        let sample = try EngineSample(store: store)
        let document = try await sample.engine.slices(model: EngineSample.model, release: nil)
        let shown = document.findings.slices.flatMap { $0.examples.prefix(3) + $0.mostDivergent.prefix(3) }
        #expect(Set(document.excerpts.map(\.id)) == Set(shown))
    }
}
