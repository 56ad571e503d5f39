import Glibc
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite struct EngineRestartTests {
    private static let texts = (0..<400).map { "request number \($0) about topic \($0 % 7) and place \($0 % 11)" }

    private func filled() -> InMemoryCaptureStore {
        let store = InMemoryCaptureStore()
        store.begin()
        for (number, text) in Self.texts.enumerated() {
            store.add(Int64(number) + 1, text, candidate: number % 5 == 0 ? "no" : "yes")
        }
        return store
    }

    private func answers(_ sample: EngineSample) async throws -> [[Int64]] {
        var answers: [[Int64]] = []
        for place in [3, 77, 391] { answers.append(try await sample.search(Self.texts[place]).hits.map(\.pair.id)) }
        return answers
    }

    @Test func `Vectors are kept over a restart and not made again`() async throws {
        let (store, folder) = (self.filled(), try TemporaryFolder())
        let first = try EngineSample(store: store, folder: folder.path)
        await first.settle()
        let answers = try await self.answers(first)
        await first.engine.save()

        let bag = WordBag()
        let second = try EngineSample(store: store, texts: bag, folder: folder.path)
        await second.settle()
        #expect(bag.embedded.isEmpty)
        #expect(try await self.answers(second) == answers)
    }

    @Test func `Another embedder makes all vectors anew`() async throws {
        let (store, folder) = (self.filled(), try TemporaryFolder())
        let first = try EngineSample(store: store, folder: folder.path)
        await first.settle()
        await first.engine.save()
        let bag = WordBag(digest: "c", dimension: 32)
        let second = try EngineSample(store: store, texts: bag, folder: folder.path)
        await second.settle()
        #expect(Set(bag.embedded).isSuperset(of: Self.texts))
        #expect(try await second.search(Self.texts[3]).embedder?.dimension == 32)
    }

    @Test(arguments: 0..<6) func `Damaged files cost vectors and never an answer`(file: Int) async throws {
        let store = self.filled()
        let whole = try EngineSample(store: store)
        await whole.settle()
        let answers = try await self.similarities(whole)
        for part in 0..<5 {
            let folder = try TemporaryFolder()
            let first = try EngineSample(store: store, folder: folder.path)
            await first.settle()
            await first.engine.save()
            let files = FileTree.files(folder.path)
            #expect(files.count >= 6)
            let path = files[file % files.count]
            var bytes = try #require(AtomicFile.read(path, limit: 1 << 30))
            bytes[bytes.count * part / 5] ^= 0x40
            try AtomicFile.write(bytes, to: path)
            let second = try EngineSample(store: store, folder: folder.path)
            await second.settle()
            #expect(try await self.similarities(second) == answers, "\(path) at \(part) of 5")
        }
    }

    /// Of what is found: among equals the order may be another.
    private func similarities(_ sample: EngineSample) async throws -> [[Double]] {
        var answers: [[Double]] = []
        for place in [3, 77, 391] {
            answers.append(try await sample.search(Self.texts[place]).hits.compactMap { $0.similarity })
        }
        return answers
    }

    @Test func `A pair the store lets go of is gone from answers and files`() async throws {
        let (store, folder) = (self.filled(), try TemporaryFolder())
        let sample = try EngineSample(store: store, folder: folder.path)
        await sample.settle()
        store.remove((1...40).map { EngineSample.start + $0 * 1_000 })
        for _ in 0..<100 { _ = await sample.engine.step() }
        let found = try await sample.search(Self.texts[3])
        #expect(found.indexed == 360)
        #expect(!found.hits.contains { $0.request == Self.texts[3] })
        let again = try EngineSample(store: store, folder: folder.path)
        await again.settle()
        #expect(try await again.search(Self.texts[3]).hits.map(\.pair.id) == found.hits.map(\.pair.id))
    }

    @Test func `Beyond the limit the oldest pairs go first`() async throws {
        let sample = try EngineSample(store: self.filled(), pairs: 200)
        await sample.settle()
        let figures = sample.engine.figures()
        #expect((180...200).contains(figures.models[EngineSample.model]?.pairs ?? 0))
        #expect(try await sample.search(Self.texts[399]).hits.first?.request == Self.texts[399])
        #expect(try await !sample.search(Self.texts[3]).hits.contains { $0.request == Self.texts[3] })
    }
}
