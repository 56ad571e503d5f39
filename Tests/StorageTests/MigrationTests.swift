import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("A control database of an earlier Teal") struct MigrationTests {
    let folder: TemporaryFolder

    init() throws { self.folder = try TemporaryFolder() }

    @Test("version 1: everything is kept, the manifest decides what is mirrored, and settings can be stored")
    func first() async throws {
        let path = self.folder.file()
        let old = try DatabaseQueue(path: path)
        try await old.writeWithoutTransaction { db in try db.execute(sql: Self.version1) }
        try old.close()

        var expected = ModelRecord(model: "digits")
        expected.revision = 3
        expected.live = .green
        expected.standby = .blue
        expected.slots[.blue] = .init(source: "models", version: 1, digest: Self.digests[0])
        expected.slots[.green] = .init(source: "models", version: 2, digest: Self.digests[1])
        let store = try SQLiteControlStore(path: path)
        #expect(try await store.records() == [expected])
        #expect(try await store.audit(AuditQuery()).map(\.action) == ["promote"])

        expected.revision = 4
        expected.traffic = TrafficSettings(shadow: 0.5, noise: 0.25)
        #expect(try await store.commit(.sample(expected)) == 2)
        try store.close()
        let reopened = try SQLiteControlStore(path: path)
        #expect(try await reopened.records() == [expected])
    }

    @Test("a changed share is found even though the database is well-formed")
    func changedShare() async throws {
        var record = ModelRecord.sample(revision: 1)
        record.traffic = TrafficSettings(shadow: 0.5, noise: 0.25)
        for change in ["shadow = 0.75", "noise = NULL", "shadow = NULL, noise = NULL"] {
            let path = self.folder.file("\(change).db")
            let store = try SQLiteControlStore(path: path)
            _ = try await store.commit(.sample(record))
            try store.close()
            let other = try DatabaseQueue(path: path)
            try await other.write { db in try db.execute(sql: "UPDATE models SET \(change)") }
            try other.close()
            #expect(throws: StoreOpenError.self) { try SQLiteControlStore(path: path) }
        }
    }

    private static let digests = [
        "8e72d7121a4d014df89a6ec559d7aa25d3679d5c6828605af111df4e59350ce9",
        "c38f9f301506c23cd08fb25d76d3162fed6736125c7cf6563c432f2cf0b6dbb3",
    ]

    /// As version 1 of the schema wrote it, checksum included.
    private static let version1 = """
        PRAGMA application_id = 1413824844;
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES ('1 models, slots, intents, audit, replies');
        CREATE TABLE models (
            model TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            live TEXT CHECK (live IN ('blue', 'green')),
            standby TEXT CHECK (standby IN ('blue', 'green')),
            checksum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO models VALUES ('digits', 3, 'green', 'blue', -9133010979685394100);
        CREATE TABLE slots (
            model TEXT NOT NULL,
            slot TEXT NOT NULL CHECK (slot IN ('blue', 'green')),
            source TEXT NOT NULL,
            version INTEGER NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (model, slot)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO slots VALUES ('digits', 'blue', 'models', 1, '\(digests[0])');
        INSERT INTO slots VALUES ('digits', 'green', 'models', 2, '\(digests[1])');
        CREATE TABLE intents (
            model TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            from_slot TEXT CHECK (from_slot IN ('blue', 'green')),
            to_slot TEXT NOT NULL CHECK (to_slot IN ('blue', 'green')),
            action TEXT NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT,
            at INTEGER NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            model TEXT NOT NULL,
            action TEXT NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT,
            forced INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            slot TEXT,
            live_before TEXT,
            live_after TEXT,
            version INTEGER,
            digests TEXT NOT NULL,
            detail TEXT
        ) STRICT;
        CREATE INDEX audit_by_model ON audit (model, id);
        INSERT INTO audit VALUES (1, 1795525298300566, 'digits', 'promote', 'ada@lab', 'version 2 is better', 0, 3,
            'green', 'blue', 'green', 2, '{"blue":"\(digests[0])","green":"\(digests[1])"}', NULL);
        CREATE TABLE replies (
            key TEXT NOT NULL PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            audit INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX replies_by_age ON replies (at);
        """
}
