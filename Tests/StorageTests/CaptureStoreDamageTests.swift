import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("A capture database that is not what was written")
struct CaptureStoreDamageTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    @Test("one flipped bit at any of 100 places ends nothing: the file is refused, or works as far as it can")
    func flippedBits() async throws {
        try await self.fill()
        let sound = try Data(contentsOf: URL(fileURLWithPath: self.path))
        var random = SeededRandom(seed: 11)
        var refused = 0
        for _ in 0..<100 {
            var damaged = sound
            let offset = Int.random(in: damaged.indices, using: &random)
            damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if try await self.isRefused(damaged) { refused += 1 }
        }
        #expect(refused > 0)
    }

    @Test("pages of noise end nothing")
    func noise() async throws {
        try await self.fill()
        let sound = try Data(contentsOf: URL(fileURLWithPath: self.path))
        var random = SeededRandom(seed: 12)
        var refused = 0
        for _ in 0..<30 {
            var damaged = sound
            let start = Int.random(in: 0..<(sound.count - 2048), using: &random)
            for offset in start..<(start + 2048) { damaged[offset] = UInt8.random(in: 0...255, using: &random) }
            if try await self.isRefused(damaged) { refused += 1 }
        }
        #expect(refused > 10)
    }

    @Test("a damaged file is set aside with its log, a new one begun, and a sentence says so")
    func setAside() async throws {
        try Data("not a database".utf8).write(to: URL(fileURLWithPath: self.path))
        #expect(await self.openError()?.kind == .damaged)
        var options = SQLiteCaptureStore.Options.quick
        options.now = { 1_700_000_000_000_000 }
        let (store, problem) = try SQLiteCaptureStore.openSettingAsideDamage(path: self.path, options: options)
        let sentence = try #require(problem)
        #expect(sentence.hasPrefix("captures.db was damaged; it was set aside as captures.db.damaged-1700000000"))
        let aside = try Data(contentsOf: URL(fileURLWithPath: self.path + ".damaged-1700000000"))
        #expect(aside == Data("not a database".utf8))
        store.append(.sample(1_700_000_000_000_000))
        await store.flush()
        #expect(store.figures().stored == 1)
        await store.close()
    }

    @Test("a sound file is not set aside")
    func sound() async throws {
        try await self.fill()
        let (store, problem) = try SQLiteCaptureStore.openSettingAsideDamage(path: self.path, options: .quick)
        #expect(problem == nil)
        #expect(try await store.pair(1) != nil)
        await store.close()
    }

    @Test("damage that is met in use is remembered until the next start sets the file aside")
    func metInUse() async throws {
        try await self.fill()
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        // Beyond the header page, under the open connections' feet.
        let handle = try #require(FileHandle(forUpdatingAtPath: self.path))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4096))
        try handle.close()
        await #expect(throws: StoreError.unavailable(Self.damagedSentence)) { _ = try await store.pair(1) }
        await store.close()
        #expect(await self.openError()?.kind == .damaged)
        let (fresh, problem) = try SQLiteCaptureStore.openSettingAsideDamage(path: self.path, options: .quick)
        #expect(problem != nil)
        await fresh.close()
        #expect(await self.openError() == nil)
    }

    @Test("a newer Teal's database is refused and left alone, not set aside")
    func newer() async throws {
        try await self.fill()
        let other = try DatabaseQueue(path: self.path)
        try await other.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA user_version = 99") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: self.path))
        let error = try #require(await self.openError())
        #expect(error.kind == .newerSchema)
        #expect(error.description.hasPrefix("captures.db was written by a newer version of Teal"))
        #expect(throws: StoreOpenError.self) {
            _ = try SQLiteCaptureStore.openSettingAsideDamage(path: self.path, options: .quick)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.path)) == before)
    }

    @Test("another database is refused and left alone, also Teal's own control.db")
    func foreign() throws {
        let control = self.folder.file()
        try SQLiteControlStore(path: control).close()
        let before = try Data(contentsOf: URL(fileURLWithPath: control))
        let error = #expect(throws: StoreOpenError.self) {
            _ = try SQLiteCaptureStore(path: control, options: .quick)
        }
        #expect(error?.kind == .foreign)
        #expect(error?.description.contains(self.folder.path) == false)
        #expect(try Data(contentsOf: URL(fileURLWithPath: control)) == before)
    }

    @Test("a locked file is refused as unavailable")
    func locked() async throws {
        let other = try DatabaseQueue(path: self.path)
        try await other.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try db.execute(sql: "PRAGMA user_version = 0")
        }
        #expect(await self.openError()?.kind == .unavailable)
        try other.close()
    }

    static let damagedSentence = "captures.db is damaged; restart teal to set it aside and begin a new one"

    private func fill() async throws {
        var random = SeededRandom(seed: 13)
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in 1...40 { store.append(.random(id, &random)) }
        for id: Int64 in 1...3 { store.save(.sample(id)) }
        store.save(evidence: [UInt8](repeating: 3, count: 9000), of: 1)
        await store.close()
    }

    /// True when `content` was refused as a whole. Otherwise everything is used once: whatever that says, it returns.
    private func isRefused(_ content: Data) async throws -> Bool {
        for suffix in ["", "-wal", "-shm", ".is-damaged"] {
            try? FileManager.default.removeItem(atPath: self.path + suffix)
        }
        try content.write(to: URL(fileURLWithPath: self.path))
        guard await self.openError() == nil else { return true }
        var options = SQLiteCaptureStore.Options.quick
        options.maximumAge = .microseconds(10)
        options.now = { 30 }
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...40 { _ = try? await store.pair(id) }
        for order in PairQuery.Order.allCases {
            var query = PairQuery(model: "digits", limit: 1000)
            query.order = order
            _ = try? await store.pairs(query)
        }
        _ = try? await store.pairs(model: "digits", release: 2, after: 0, limit: 1000)
        _ = try? await store.releases(model: nil, limit: 10)
        _ = try? await store.evidence(of: 1)
        store.append(.sample(100))
        store.save(.sample(4))
        await store.expire()
        await store.close()
        #expect(store.figures().isConserved)
        return false
    }

    private func openError() async -> StoreOpenError? {
        do throws(StoreOpenError) {
            let store = try SQLiteCaptureStore(path: self.path, options: .quick)
            await store.close()
            return nil
        } catch {
            #expect(error.description.contains("captures.db") && !error.description.contains(self.folder.path))
            return error
        }
    }
}
