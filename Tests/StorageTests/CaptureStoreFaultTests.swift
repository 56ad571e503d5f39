import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Captures that cannot be written")
struct CaptureStoreFaultTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    static let lockedSentence = "captures.db is locked by another process; end that process or try again"

    @Test("many threads hand over at once: every pair is stored or counted, none twice")
    func concurrency() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.queuedPairs = 700
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        let accepted = await withTaskGroup(of: Int.self) { group in
            for lane: Int64 in 0..<8 {
                group.addTask { (0..<2000).count { store.append(.sample(lane * 2000 + Int64($0))) } }
            }
            return await group.reduce(0, +)
        }
        await store.flush()
        let figures = store.figures()
        #expect(figures.appended == 16_000)
        #expect(figures.stored == UInt64(accepted))
        #expect(figures.queuedPairs == 0 && figures.queuedBytes == 0)
        #expect(figures.isConserved)
        #expect(try self.rows() == accepted)
        await store.close()
    }

    @Test("while a write takes long, pairs beyond the bound are dropped as queue_full and the rest is stored")
    func slow() async throws {
        var options = SQLiteCaptureStore.Options.patient
        options.queuedPairs = 10
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        let other = try LockHolder(self.path)
        let accepted = (1...30).count { store.append(.sample($0)) }
        #expect(accepted == 10)
        #expect(store.figures().dropped == ["queue_full": 20])
        #expect(store.figures().isConserved)
        try other.letGo()
        await store.flush()
        #expect(store.figures().stored == 10)
        await store.close()
    }

    @Test("pairs beyond the bound of bytes are dropped as bytes, also one that alone is too large")
    func bytes() async throws {
        var options = SQLiteCaptureStore.Options.patient
        options.queuedBytes = 10_000
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        #expect(!store.append(.sample(1, body: [UInt8](repeating: 0, count: 10_000))))
        let other = try LockHolder(self.path)
        let accepted = (2...10).count { store.append(.sample($0, body: [UInt8](repeating: 0, count: 3000))) }
        #expect(accepted == 2)
        #expect(store.figures().dropped == ["bytes": 8])
        #expect(store.figures().queuedBytes <= 10_000)
        try other.letGo()
        await store.flush()
        #expect(store.figures().stored == 2)
        #expect(store.figures().queuedBytes == 0)
        await store.close()
    }

    @Test(
        "a locked file: pairs wait, those beyond the bound are dropped as locked, and all is stored once it is let go"
    )
    func locked() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.queuedPairs = 10
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        let other = try LockHolder(self.path)
        store.append(.sample(1))
        #expect(await eventually { store.figures().problem == Self.lockedSentence })
        for id: Int64 in 2...15 { store.append(.sample(id)) }
        #expect(store.figures().dropped == ["locked": 5])
        #expect(try await store.pairs(PairQuery(model: "digits")).isEmpty)
        try other.letGo()
        #expect(await eventually { store.figures().stored == 10 })
        #expect(store.figures().problem == nil)
        #expect(store.figures().isConserved)
        await store.close()
    }

    @Test("a flush while the file is locked ends: pairs are dropped and counted, releases and evidence are kept")
    func flushLocked() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        let other = try LockHolder(self.path)
        store.save(.sample(1))
        store.save(evidence: [7], of: 1)
        for id: Int64 in 1...2500 { store.append(.sample(id)) }
        await store.flush()
        #expect(store.figures().dropped == ["locked": 2500])
        #expect(store.figures().queuedPairs == 0 && store.figures().queuedBytes == 0)
        #expect(store.figures().problem == Self.lockedSentence)
        try other.letGo()
        await store.flush()
        #expect(try await store.releases(model: nil, limit: 9) == [.sample(1)])
        #expect(try await store.evidence(of: 1) == [7])
        #expect(store.figures().problem == nil)
        await store.close()
    }

    @Test("a full database drops as disk_full, and takes pairs again once retention made room")
    func full() async throws {
        let clock = ManualClock(0)
        var options = SQLiteCaptureStore.Options.quick
        options.pageLimit = 200
        options.now = { clock.now }
        options.maximumAge = .seconds(1)
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        let body = [UInt8](repeating: 9, count: 2000)
        for id: Int64 in 1...3000 { store.append(.sample(id, body: body)) }
        await store.flush()
        #expect(store.figures().dropped["disk_full"] ?? 0 > 0)
        #expect(store.figures().isConserved)
        #expect(store.figures().problem == "the disk that holds captures.db is full; free some space and try again")

        clock.now = 10_000_000
        store.append(.sample(10_000_000))
        #expect(await eventually { store.figures().problem == nil })
        #expect(try await store.pairs(PairQuery(model: "digits")).map(\.id) == [10_000_000])
        await store.close()
    }

    @Test("what was written before the database was full is there, and nothing half")
    func fullIsWhole() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.pageLimit = 200
        options.batch = 50
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...3000 { store.append(.sample(id, body: [UInt8](repeating: 9, count: 500))) }
        await store.flush()
        let figures = store.figures()
        #expect(figures.stored > 0 && figures.dropped == ["disk_full": 3000 - figures.stored])
        #expect(try self.rows() == Int(figures.stored))
        #expect(try await store.pairs(PairQuery(model: "digits", limit: 1000)).first?.id == Int64(figures.stored))
        await store.close()
    }

    @Test("a file that was moved away takes nothing, and goes on once it is back")
    func moved() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        try FileManager.default.moveItem(atPath: self.path, toPath: self.path + ".away")
        store.append(.sample(1))
        await store.flush()
        #expect(store.figures().dropped == ["failed": 1])
        #expect(
            store.figures().problem == "captures.db was moved or deleted while in use; put it back or restart teal"
        )
        try FileManager.default.moveItem(atPath: self.path + ".away", toPath: self.path)
        store.append(.sample(2))
        await store.flush()
        #expect(store.figures().stored == 1)
        await store.close()
    }

    @Test("after flush everything handed over before can be read, also beyond one batch")
    func flush() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.batch = 7
        options.batchDelay = .seconds(3600)
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        await store.flush()
        for id: Int64 in 1...500 { store.append(.sample(id)) }
        await store.flush()
        #expect(try self.rows() == 500)
        await store.close()
    }

    @Test("closing writes what waits; later pairs are counted as closed, later reads throw")
    func close() async throws {
        var options = SQLiteCaptureStore.Options.quick
        options.batchDelay = .seconds(3600)
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...500 { store.append(.sample(id)) }
        await store.close()
        #expect(store.figures().stored == 500)
        #expect(!store.append(.sample(501)))
        #expect(store.figures().dropped == ["closed": 1])
        await store.flush()
        await store.expire()
        await store.close()
        await #expect(throws: StoreError.self) { _ = try await store.pair(1) }
        #expect(try self.rows() == 500)
        #expect(!FileManager.default.fileExists(atPath: self.path + "-wal"))
    }

    @Test("closing a locked file ends, and what could not be written is counted")
    func closeLocked() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        let other = try LockHolder(self.path)
        for id: Int64 in 1...5 { store.append(.sample(id)) }
        await store.close()
        #expect(store.figures().dropped == ["locked": 5])
        try other.letGo()
    }

    @Test("a store that nobody holds any more writes what it was handed")
    func released() async throws {
        do {
            let store = try SQLiteCaptureStore(path: self.path, options: .quick)
            store.append(.sample(1))
        }
        #expect(await eventually { (try? self.rows()) == 1 })
    }

    private func rows() throws -> Int {
        try otherProcess(self.path).read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM pairs") ?? 0
        }
    }
}
