import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Feedback in SQLite")
struct FeedbackTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    @Test("keeps every promise of a feedback store", arguments: FeedbackStoreConformance.all)
    func conforms(_ promise: FeedbackStoreConformance) async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        try await promise.check(store)
        await store.close()
    }

    @Test("the in-memory store keeps the same promises", arguments: FeedbackStoreConformance.all)
    func fakeConforms(_ promise: FeedbackStoreConformance) async throws {
        try await promise.check(InMemoryCaptureStore())
    }

    @Test("among many pairs, each is found by its request, also after a restart")
    func manyRequests() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.queuedPairs = 30_000
        var store = try SQLiteCaptureStore(path: self.path, options: options)
        var random = SeededRandom(seed: 21)
        var newest: [Int64: Int64] = [:]
        for id: Int64 in 1...25_000 {
            var pair = CapturedPair.sample(id, release: 1 + id / 10_000)
            // Some hashes come again, some pairs have none.
            let hash = Int64.random(in: 1...20_000, using: &random)
            if id % 10 > 0 {
                pair.requestHash = hash
                newest[hash] = id
            }
            store.append(pair)
        }
        await store.close()
        store = try SQLiteCaptureStore(path: self.path, options: options)
        for hash: Int64 in stride(from: 1, to: 20_000, by: 97) {
            #expect(try await store.pair(requestHash: hash, model: "digits")?.summary.id == newest[hash])
        }
        #expect(try await store.pair(requestHash: -1, model: "digits") == nil)
        await store.close()
    }

    @Test("goes before the pairs that wait")
    func goesFirst() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.batch = 10
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        store.append(.sample(1))
        await store.flush()
        for id: Int64 in 2...20_000 { store.append(.sample(id)) }
        // The last pair still waits when the feedback about it is written.
        #expect(try await store.append(feedback: [.about(1), .about(20_000)]) == [.accepted(1), .unknown])
        await store.flush()
        #expect(try await store.append(feedback: [.about(20_000)]) == [.accepted(2)])
        await store.close()
    }

    @Test("survives a restart, and goes with its pair; no sequence is given twice")
    func retention() async throws {
        let clock = ManualClock(0)
        var options = SQLiteCaptureStore.Options.quick
        options.maximumAge = .microseconds(1000)
        options.now = { clock.now }
        var store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...10 { store.append(Self.pair(id)) }
        await store.flush()
        let outcomes = try await store.append(feedback: (1...10).map { .about($0) })
        #expect(outcomes == (1...10).map { .accepted($0) })
        await store.close()

        store = try SQLiteCaptureStore(path: self.path, options: options)
        clock.now = 1006
        await store.expire()
        #expect(try await store.losses(of: 1, after: 0, limit: 100).map(\.sequence) == [6, 7, 8, 9, 10])
        #expect(try await store.append(feedback: [.about(5), .about(6)]) == [.unknown, .repeated(6)])
        #expect(try await store.pair(requestHash: 5, model: "digits") == nil)
        #expect(try await store.pair(requestHash: 6, model: "digits")?.summary.id == 6)
        clock.now = 5000
        await store.expire()
        #expect(try await store.losses(of: 1, after: 0, limit: 100).isEmpty)
        await store.close()

        store = try SQLiteCaptureStore(path: self.path, options: options)
        store.append(Self.pair(6000))
        await store.flush()
        #expect(try await store.append(feedback: [.about(6000)]) == [.accepted(11)])
        await store.close()
    }

    // MARK: Failures

    @Test("a locked file: the caller hears it, nothing is written, and once it is let go the same is accepted")
    func locked() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        await store.flush()
        let other = try LockHolder(self.path)
        await #expect(throws: StoreError.unavailable(CaptureStoreFaultTests.lockedSentence)) {
            _ = try await store.append(feedback: [.about(1)])
        }
        #expect(try await store.losses(of: 1, after: 0, limit: 9).isEmpty)
        try other.letGo()
        #expect(try await store.append(feedback: [.about(1)]) == [.accepted(1)])
        await store.close()
    }

    @Test("a full disk: the caller hears it, and nothing of a batch is written")
    func full() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.pageLimit = 200
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        // One by one: a batch that does not fit would leave its room to the feedback.
        for id: Int64 in 1...2_000 where store.figures().dropped["disk_full"] == nil {
            store.append(.sample(id, body: [UInt8](repeating: 9, count: 1_000)))
            await store.flush()
        }
        #expect(store.figures().dropped["disk_full"] ?? 0 > 0)
        let stored = Int64(store.figures().stored)
        let sentence = "the disk that holds captures.db is full; free some space and try again"
        await #expect(throws: StoreError.unavailable(sentence)) {
            _ = try await store.append(feedback: (1...stored).map { .about($0) })
        }
        #expect(try await store.losses(of: 1, after: 0, limit: 9).isEmpty)
        await store.close()
        let roomier = try SQLiteCaptureStore(path: self.path, options: .quick)
        let outcomes = try await roomier.append(feedback: (1...stored).map { .about($0) })
        #expect(outcomes == (1...stored).map { .accepted($0) })
        await roomier.close()
    }

    @Test("a file that was moved away takes no feedback, and goes on once it is back")
    func moved() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        await store.flush()
        try FileManager.default.moveItem(atPath: self.path, toPath: self.path + ".away")
        let sentence = "captures.db was moved or deleted while in use; put it back or restart teal"
        await #expect(throws: StoreError.unavailable(sentence)) {
            _ = try await store.append(feedback: [.about(1)])
        }
        try FileManager.default.moveItem(atPath: self.path + ".away", toPath: self.path)
        #expect(try await store.append(feedback: [.about(1)]) == [.accepted(1)])
        await store.close()
    }

    @Test("while pairs cannot be written, feedback is still answered at once")
    func beside() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        await store.flush()
        let other = try LockHolder(self.path)
        store.append(.sample(2))
        #expect(await eventually { store.figures().problem == CaptureStoreFaultTests.lockedSentence })
        for _ in 0..<3 {
            await #expect(throws: StoreError.self) { _ = try await store.append(feedback: [.about(1)]) }
        }
        try other.letGo()
        #expect(try await store.append(feedback: [.about(1)]) == [.accepted(1)])
        await store.flush()
        #expect(store.figures().stored == 2)
        await store.close()
    }

    @Test("a store that is closed takes none, and what came before the end is answered")
    func closed() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        await store.flush()
        let outcomes = await withTaskGroup(of: Result<[FeedbackOutcome], any Error>.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do { return .success(try await store.append(feedback: [.about(1)])) } catch {
                        return .failure(error)
                    }
                }
            }
            await store.close()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 20)
        await #expect(throws: StoreError.unavailable("captures.db is closed: teal is stopping")) {
            _ = try await store.append(feedback: [.about(1)])
        }
        await #expect(throws: StoreError.self) { _ = try await store.losses(of: 1, after: 0, limit: 1) }
        await #expect(throws: StoreError.self) { _ = try await store.pair(requestHash: 1, model: "digits") }
    }

    private static func pair(_ id: Int64) -> CapturedPair {
        var pair = CapturedPair.sample(id)
        pair.requestHash = id
        return pair
    }
}
