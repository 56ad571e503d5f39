import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite struct SQLiteControlStoreTests {
    let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test("keeps every promise of a control store", arguments: ControlStoreConformance.all)
    func conforms(_ promise: ControlStoreConformance) async throws {
        let store = try SQLiteControlStore(path: self.folder.file())
        try await promise.check(store)
        try store.close()
    }

    @Test("the in-memory store keeps the same promises", arguments: ControlStoreConformance.all)
    func fakeConforms(_ promise: ControlStoreConformance) async throws {
        try await promise.check(InMemoryControlStore())
    }

    @Test("a restart keeps records, audit rows and replies")
    func restart() async throws {
        var record = ModelRecord.sample(revision: 1)
        record.standby = .green
        do {
            let store = try SQLiteControlStore(path: self.folder.file())
            _ = try await store.commit(.sample(record, key: "k"))
            try store.close()
        }
        let store = try SQLiteControlStore(path: self.folder.file())
        #expect(try await store.records() == [record])
        #expect(try await store.audit(AuditQuery()).map(\.id) == [1])
        #expect(try await store.reply(forKey: "k")?.audit == 1)
    }

    @Test("an intent that was never confirmed is there after a reopening without a close")
    func intentSurvives() async throws {
        let first = try SQLiteControlStore(path: self.folder.file())
        _ = try await first.commit(.sample(.sample(revision: 1)))
        let intent = CutoverIntent.sample(revision: 1)
        try await first.begin(intent)
        let second = try SQLiteControlStore(path: self.folder.file())
        #expect(try await second.records().first?.intent == intent)
        _ = first
    }

    @Test("nobody changes a verdict or removes one that decides, whatever program opens the file")
    func immutable() async throws {
        let store = try SQLiteControlStore(path: self.folder.file())
        for decision in Verdict.Decision.allCases { _ = try await store.save(.sample(decision)) }
        let before = try await store.verdicts(model: nil, limit: 10)
        let other = try DatabaseQueue(path: self.folder.file())
        for statement in [
            "UPDATE verdicts SET decision = 'promote'", "UPDATE verdicts SET expires = expires + 1 WHERE id = 1",
            "DELETE FROM verdicts", "DELETE FROM verdicts WHERE decision = 'reject'",
            "DELETE FROM verdicts WHERE decision = 'promote'",
        ] {
            await #expect(throws: DatabaseError.self) { try await other.write { db in try db.execute(sql: statement) } }
        }
        #expect(try await store.verdicts(model: nil, limit: 10) == before)
    }

    @Test("the file is 0600, its folder 0700, also the log beside it")
    func modes() async throws {
        let path = self.folder.file("new/deeper/control.db")
        let store = try SQLiteControlStore(path: path)
        _ = try await store.commit(.sample(.sample(revision: 1)))
        #expect(try Self.mode(path) == 0o600)
        #expect(try Self.mode(path + "-wal") == 0o600)
        #expect(try Self.mode(self.folder.file("new")) == 0o700)
        #expect(try Self.mode(self.folder.file("new/deeper")) == 0o700)
        try store.close()
    }

    @Test("a file with a wider mode is narrowed")
    func narrowsMode() throws {
        let path = self.folder.file()
        #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
        try SQLiteControlStore(path: path).close()
        #expect(try Self.mode(path) == 0o600)
    }

    @Test("the file keeps a write-ahead log and is marked as Teal's")
    func header() throws {
        let path = self.folder.file()
        try SQLiteControlStore(path: path).close()
        let (mode, identifier) = try DatabaseQueue(path: path).read { db in
            (
                try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(db, sql: "PRAGMA application_id")
            )
        }
        #expect(mode == "wal")
        #expect(identifier == 0x5445_414C)
    }

    private static func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
