import SemanticSearch
import ServingCore
import TestSupport
import Testing

/// Nothing is left of pairs that are no longer kept.
@Suite struct EngineRetentionTests {
    private static let start = EngineSample.start

    private func filled(_ numbers: ClosedRange<Int64> = 1...400) -> InMemoryCaptureStore {
        let store = InMemoryCaptureStore()
        store.begin()
        for number in numbers { store.add(number, "request number \(number) about topic \(number % 7)") }
        return store
    }

    private func ids(_ numbers: ClosedRange<Int64>) -> [Int64] { numbers.map { Self.start + $0 * 1_000 } }

    @Test func `Words go with pairs that the store lets go of`() async throws {
        let (store, words) = (self.filled(), FakeWords())
        let sample = try EngineSample(store: store, words: words)
        await sample.settle()
        #expect(words.ids() == self.ids(1...400))
        store.remove(numbers: 1...40)
        await sample.pass()
        #expect(words.ids() == self.ids(41...400))
    }

    @Test func `Words go with pairs that were too many`() async throws {
        let (store, words) = (self.filled(1...150), FakeWords())
        let sample = try EngineSample(store: store, words: words, pairs: 200)
        await sample.settle()
        for number in Int64(151)...230 { store.add(number, "request number \(number)") }
        await sample.pass()
        #expect(words.ids() == self.ids(51...230))
        #expect(sample.figures.pairs == 180)
    }

    @Test func `Words and vectors of pairs go that left while nobody ran`() async throws {
        let (store, words, folder) = (self.filled(), FakeWords(), try TemporaryFolder())
        let first = try EngineSample(store: store, words: words, folder: folder.path)
        await first.settle()
        await first.engine.save()
        store.remove(numbers: 1...40)
        let bag = WordBag()
        let second = try EngineSample(store: store, texts: bag, words: words, folder: folder.path)
        await second.pass()
        #expect(words.ids() == self.ids(41...400))
        #expect(bag.embedded.isEmpty)
        #expect(second.figures.pairs == 360)
        #expect(second.figures.vectors["requests-text"] == 360)
        for number in [41, 77, 400] {
            let text = "request number \(number) about topic \(number % 7)"
            #expect(try await second.search(text).hits.first?.request == text)
        }
    }

    @Test func `Words go although removing them failed at first`() async throws {
        let (store, words) = (self.filled(), FakeWords())
        let sample = try EngineSample(store: store, words: words)
        await sample.settle()
        store.remove(numbers: 1...40)
        words.fail(with: .unavailable("words.db is locked"))
        await sample.pass()
        #expect(sample.figures.pairs == 360)
        words.fail(with: nil)
        #expect(words.ids().count == 400)
        await sample.pass()
        #expect(words.ids() == self.ids(41...400))
    }

    @Test func `Nothing is left of models that the store knows no more`() async throws {
        let (store, words, folder) = (self.filled(), FakeWords(), try TemporaryFolder())
        let first = try EngineSample(store: store, words: words, folder: folder.path)
        await first.settle()
        await first.engine.save()
        #expect(!FileTree.files(folder.path).isEmpty)
        let second = try EngineSample(words: words, folder: folder.path)
        await second.pass()
        #expect(FileTree.files(folder.path).isEmpty && FileTree.folders(folder.path).isEmpty)
        #expect(words.ids().isEmpty)
    }

    @Test func `Vectors of an embedder that is no longer used are deleted`() async throws {
        let (store, folder) = (self.filled(), try TemporaryFolder())
        let sentences = WordBag(name: "sentence", digest: "s", dimension: 32)
        let first = try EngineSample(store: store, sentences: sentences, folder: folder.path)
        await first.settle()
        await first.engine.save()
        #expect(FileTree.folders(folder.path).contains { $0.hasSuffix("requests-sentence") })
        let second = try EngineSample(store: store, folder: folder.path)
        await second.pass()
        #expect(!FileTree.folders(folder.path).contains { $0.hasSuffix("sentence") })
        #expect(FileTree.folders(folder.path).contains { $0.hasSuffix("requests-text") })
    }

    @Test func `Pairs that come and go leave each other's vectors alone`() async throws {
        let (store, folder) = (self.filled(1...100), try TemporaryFolder())
        var sample = try EngineSample(store: store, folder: folder.path)
        for round in Int64(1)...12 {
            let last = 100 + round * 50
            for number in last - 49...last { store.add(number, "request number \(number) about topic \(number % 7)") }
            store.remove(numbers: last - 149...last - 100)
            await sample.pass()
            if round % 3 == 0 { sample = try EngineSample(store: store, folder: folder.path) }
            await sample.settle()
            for number in [last - 99, last - 50, last - 20, last] {
                let text = "request number \(number) about topic \(number % 7)"
                let found = try await sample.search(text)
                #expect(found.hits.first?.request == text && found.hits.first?.pairs == 1)
            }
            #expect(sample.figures.pairs == 100)
            #expect(sample.figures.vectors["requests-text"] == 100)
        }
    }

    @Test func `A text that comes again after a restart is the same content`() async throws {
        let (store, folder) = (self.filled(1...20), try TemporaryFolder())
        for _ in 0..<3 {
            let sample = try EngineSample(store: store, folder: folder.path)
            await sample.settle()
            await sample.engine.save()
            let next = Int64(21 + store.allPairs.count)
            store.add(next, "request number 7 about topic 0", live: "no", candidate: "yes")
        }
        let sample = try EngineSample(store: store, folder: folder.path)
        await sample.settle()
        let found = try await sample.search("request number 7 about topic 0")
        #expect(found.hits.filter { $0.request == "request number 7 about topic 0" }.map(\.pairs) == [4])
        #expect(sample.figures.vectors["requests-text"] == 20)
        #expect(sample.figures.vectors["change-text"] == 1)
    }

    @Test func `What waits and is gone is not waited for`() async throws {
        let sample = try EngineSample(store: self.filled(), pairs: 200)
        for _ in 0..<2 { _ = await sample.engine.step() }
        #expect(sample.figures.pairs == 180)
        #expect(sample.figures.backlog <= 180)
        let found = try await sample.search("topic")
        #expect(found.searched <= found.indexed && found.indexed + found.backlog <= 180 && found.indexed > 0)
    }
}
