import SemanticSearch
import ServingCore
import Synchronization
import TestSupport
import Testing

/// What does not work takes nothing else with it.
@Suite struct EngineFaultTests {
    private func filled(_ count: Int64 = 200) -> InMemoryCaptureStore {
        let store = InMemoryCaptureStore()
        store.begin()
        for number in 1...count {
            store.add(
                number,
                "request number \(number) about topic \(number % 7)",
                candidate: number % 3 == 0 ? "no" : "yes"
            )
        }
        return store
    }

    @Test func `Words that cannot be added cost words alone, and are added after a restart`() async throws {
        let (store, words, folder) = (self.filled(), FakeWords(), try TemporaryFolder())
        words.fail(with: .unavailable("words.db is full"))
        let first = try EngineSample(store: store, words: words, folder: folder.path)
        await first.settle()
        #expect(first.figures.backlog == 0)
        let found = try await first.search("request number 7 about topic 0")
        #expect(found.hits.first?.request == "request number 7 about topic 0")
        #expect(found.note == "exact words could not be searched: words.db is full")
        words.fail(with: nil)
        #expect(words.ids().isEmpty)
        await first.engine.save()
        let second = try EngineSample(store: store, words: words, folder: folder.path)
        await second.settle()
        #expect(words.ids().count == 200)
        #expect(try await second.search("number 7 ").note == nil)
        await second.engine.save()

        let bag = WordBag()
        let third = try EngineSample(store: store, texts: bag, words: words, folder: folder.path)
        await third.settle()
        #expect(bag.embedded.isEmpty)
    }

    @Test func `The sentence model goes on when pairs it has embedded are gone`() async throws {
        let store = self.filled(60)
        let sentences = WordBag(name: "sentence", digest: "s", dimension: 32)
        let sample = try EngineSample(store: store, sentences: sentences, sentencePairs: 40)
        await sample.settle()
        #expect(sample.figures.vectors["requests-sentence"] == 40)
        var query = SearchQuery(model: EngineSample.model, subject: .text("request number 7"))
        query.precision = .precise
        #expect(try await sample.search(query).note == "the sentence model has embedded 40 of 60 pairs")
        store.remove(numbers: 1...30)
        for number in Int64(61)...90 { store.add(number, "request number \(number) of later") }
        await sample.pass()
        await sample.settle()
        #expect(sample.figures.vectors["requests-sentence"] == 40)
        #expect(try await sample.search(query).note == "the sentence model has embedded 40 of 60 pairs")
    }

    @Test func `A sentence model that fails is left alone for a minute, and the pairs are not lost`() async throws {
        let store = self.filled(20)
        let sentences = FailingEmbedder()
        let clock = SteadyNow()
        let sample = try EngineSample(store: store, sentences: sentences, now: clock.next)
        await sample.settle()
        #expect(sentences.calls == 1)
        for _ in 0..<10 { _ = await sample.engine.step() }
        #expect(sentences.calls == 1)
        sentences.heal()
        clock.jump(60_000_000)
        await sample.settle()
        #expect(sample.figures.vectors["requests-sentence"] == 20)
    }

    @Test func `Pairs that are gone or unreadable do not keep the sentence model busy`() async throws {
        let store = self.filled(20)
        let damaged = CapturedPair(summary: store.allPairs[4].summary, body: [1, 2, 3])
        store.append(damaged)
        let sentences = WordBag(name: "sentence", digest: "s", dimension: 32)
        let sample = try EngineSample(store: store, sentences: sentences)
        await sample.settle()
        #expect(sample.figures.backlog == 0)
        #expect(sample.figures.vectors["requests-sentence"] == 19)
        #expect(try await sample.search("request number 5").hits.count <= 19)
    }

    @Test func `Two that ask at once for a model that was empty both get its newest pairs`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        let sample = try EngineSample(store: store, reading: HaltingStore(store: store))
        await sample.settle()
        for number in Int64(1)...2_500 { store.add(number, "request number \(number)") }
        async let one = sample.search("request number 2500")
        async let two = sample.search("request number 2500")
        async let three = sample.search("request number 2500")
        for found in [try await one, try await two, try await three] {
            // What another search reads at the moment is in neither.
            #expect((2_500 - 3 * 64...2_500).contains(found.indexed + found.backlog))
        }
        await sample.settle()
        #expect(sample.figures.pairs == 2_500)
        #expect(sample.figures.vectors["requests-text"] == 2_500)
    }

    @Test func `What leaves while it is read is not found`() async throws {
        let store = InMemoryCaptureStore()
        store.begin()
        let sample = try EngineSample(store: store, pairs: 300, reading: HaltingStore(store: store))
        await sample.settle()
        for round in Int64(0)..<6 {
            for number in 1...120 {
                store.add(round * 120 + Int64(number), "request number \(round * 120 + Int64(number))")
            }
            async let found = sample.search("request")
            async let step = sample.engine.step()
            _ = try await (found, step)
        }
        await sample.settle()
        #expect(sample.figures.vectors["requests-text"] == sample.figures.pairs)
        #expect(sample.figures.pairs <= 300)
    }

    @Test func `All pairs of a page that is cut short are read`() async throws {
        let store = self.filled(100)
        let sample = try EngineSample(store: store, reading: HaltingStore(store: store, page: 3))
        await sample.settle()
        #expect(sample.figures.vectors["requests-text"] == 100)
        let archive = try await sample.engine.archive(model: EngineSample.model, release: nil, limit: 90)
        #expect(archive.pairs == 90)
        #expect(try await sample.search("request").hits.count == 20)
    }

    @Test func `Many pairs that came while nobody looked are all taken up, as many as there may be`() async throws {
        let store = self.filled(10)
        let sample = try EngineSample(store: store, pairs: 3_000)
        await sample.settle()
        // Beyond what may have been stored late.
        for number in Int64(10_001)...12_700 { store.add(number, "request number \(number)") }
        _ = try await sample.search("request")
        await sample.settle()
        #expect(sample.figures.pairs == 2_710)
        for number in Int64(30_001)...36_000 { store.add(number, "request number \(number)") }
        await sample.settle()
        #expect(sample.figures.pairs == 2_700)
        #expect(try await sample.search("request number 33500").hits.first?.request == "request number 33500")
    }

    @Test func `A clock that is set back holds nothing up`() async throws {
        let (store, clock) = (self.filled(10), SteadyNow())
        let sample = try EngineSample(store: store, now: clock.next)
        await sample.settle()
        clock.jump(-3_600_000_000)
        store.add(11, "request number 11")
        await sample.settle()
        #expect(sample.figures.pairs == 11)
    }

    @Test func `A model with much to do does not hold up another`() async throws {
        let store = self.filled(400)
        store.begin(2, model: "z")
        for number in Int64(1)...60 { store.add(5_000 + number, "request of z \(number)", release: 2, model: "z") }
        let sample = try EngineSample(store: store)
        for _ in 0..<2 { _ = await sample.engine.step() }
        #expect(sample.engine.figures().models["z"]?.backlog == 0)
        #expect(sample.figures.backlog > 0)
    }

    @Test func `When the engine ends it closes the words`() async throws {
        let words = FakeWords()
        let engine = try EngineSample(store: self.filled(10), words: words).engine
        let running = Task { await engine.run() }
        while words.ids().isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        await running.value
        #expect(words.isClosed)
    }
}

private final class FailingEmbedder: TextEmbedder {
    private let bag = WordBag(name: "failing", digest: "f", dimension: 16)
    private let state = Mutex((calls: 0, isFailing: true))

    var identity: EmbedderIdentity { self.bag.identity }
    var calls: Int { self.state.withLock { $0.calls } }

    func heal() { self.state.withLock { $0.isFailing = false } }

    func embed(_ texts: [String]) throws(EmbeddingError) -> [Float] {
        let isFailing = self.state.withLock { state in
            state.calls += 1
            return state.isFailing
        }
        if isFailing { throw EmbeddingError("the model failed") }
        return try self.bag.embed(texts)
    }
}
