import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("A control database that is not what was written")
struct StoreDamageTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file()
    }

    @Test("one flipped bit at any of 1000 places: what is served is right, or the file is refused by name")
    func flippedBits() async throws {
        let expected = try await self.fill()
        let sound = try Data(contentsOf: URL(fileURLWithPath: self.path))
        var random = SeededRandom(seed: 20_251_123)
        var refused = 0
        for _ in 0..<1000 {
            var damaged = sound
            let offset = Int.random(in: damaged.indices, using: &random)
            damaged[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if try await self.refuses(damaged, orServes: expected) { refused += 1 }
        }
        #expect(refused > 50)
    }

    @Test("a file cut at any of 100 places: what is served is right, or the file is refused by name")
    func truncated() async throws {
        let expected = try await self.fill()
        let sound = try Data(contentsOf: URL(fileURLWithPath: self.path))
        var random = SeededRandom(seed: 7)
        for _ in 0..<100 {
            let damaged = sound.prefix(Int.random(in: 1..<sound.count, using: &random))
            #expect(try await self.refuses(damaged, orServes: expected))
        }
    }

    @Test("pages of noise: what is served is right, or the file is refused by name")
    func noise() async throws {
        let expected = try await self.fill()
        let sound = try Data(contentsOf: URL(fileURLWithPath: self.path))
        var random = SeededRandom(seed: 99)
        for _ in 0..<100 {
            var damaged = sound
            let start = Int.random(in: 0..<(sound.count - 512), using: &random)
            for offset in start..<(start + 512) { damaged[offset] = UInt8.random(in: 0...255, using: &random) }
            _ = try await self.refuses(damaged, orServes: expected)
        }
    }

    @Test("a changed digest is found even though the database is well-formed")
    func changedValue() async throws {
        _ = try await self.fill()
        let other = try DatabaseQueue(path: self.path)
        try await other.write { db in try db.execute(sql: "UPDATE slots SET version = 3 WHERE slot = 'green'") }
        try other.close()
        #expect(self.openError()?.kind == .damaged)
    }

    @Test("a text file is refused", arguments: ["hello", String(repeating: "not a database\n", count: 1000)])
    func notADatabase(_ content: String) throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: self.path))
        #expect(self.openError()?.kind == .damaged)
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.path)) == Data(content.utf8))
    }

    @Test("another program's database is refused and left alone")
    func foreign() async throws {
        let other = try DatabaseQueue(path: self.path)
        try await other.write { db in try db.execute(sql: "CREATE TABLE theirs (x)") }
        try other.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: self.path))
        let error = try #require(self.openError())
        #expect(error.kind == .foreign)
        #expect(error.description.hasPrefix("control.db is not a control database of Teal"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: self.path)) == before)
    }

    @Test("a file whose making was interrupted after the first table is made whole")
    func interrupted() async throws {
        let other = try DatabaseQueue(path: self.path)
        try await other.write { db in
            try db.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        try other.close()
        #expect(self.openError() == nil)
        _ = try await self.fill()
    }

    @Test("a newer Teal's database is refused and left alone")
    func newer() async throws {
        _ = try await self.fill()
        let other = try DatabaseQueue(path: self.path)
        try await other.write { db in
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
        }
        try other.close()
        let error = try #require(self.openError())
        #expect(error.kind == .newerSchema)
        #expect(error.description.hasPrefix("control.db was written by a newer version of Teal"))
    }

    @Test("migrations run once and their names never change")
    func migrations() async throws {
        for _ in 0..<2 { try SQLiteControlStore(path: self.path).close() }
        let names = try await DatabaseQueue(path: self.path).read { db in
            try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations")
        }
        #expect(
            names == [
                "1 models, slots, intents, audit, replies", "2 traffic settings",
                "3 verdicts, splits, standing promotions",
            ]
        )
    }

    private func fill() async throws -> [ModelRecord] {
        let store = try SQLiteControlStore(path: self.path)
        for revision: Int64 in 1...8 {
            _ = try await store.commit(.sample(.sample(revision: revision), key: "k\(revision)"))
            var sentiment = ModelRecord.sample("sentiment", revision: revision, live: .green)
            sentiment.split = SplitSettings(share: 0.05, key: .header("x-user"), ramp: [0.25, 1])
            sentiment.promotion = StandingPromotion(at: 1, verdict: revision, watchedUntil: 2, keptUntil: 3)
            _ = try await store.commit(.sample(sentiment))
            _ = try await store.save(.sample(revision.isMultiple(of: 2) ? .hold : .reject, body: 300))
        }
        try await store.begin(.sample(revision: 8))
        let records = try await store.records()
        try store.close()
        return records
    }

    /// True when `content` was refused with an error that names the file, or by a later read; records an issue when
    /// something else than `expected` would be served.
    private func refuses(_ content: Data, orServes expected: [ModelRecord]) async throws -> Bool {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: self.path + suffix) }
        try content.write(to: URL(fileURLWithPath: self.path))
        if let error = self.openError() {
            #expect(error.description.contains("control.db") && !error.description.contains(self.folder.path))
            return true
        }
        let store = try SQLiteControlStore(path: self.path)
        defer { try? store.close() }
        do throws(StoreError) {
            let served = try await store.records()
            #expect(served == expected)
            _ = try await store.audit(AuditQuery(limit: 1000))
            _ = try await store.verdicts(model: nil, limit: 1000)
            _ = try await store.rejection(model: "digits", candidate: "cc", policy: "pp")
            return false
        } catch {
            return true
        }
    }

    private func openError() -> StoreOpenError? {
        do throws(StoreOpenError) {
            let store = try SQLiteControlStore(path: self.path)
            try? store.close()
            return nil
        } catch {
            return error
        }
    }
}
