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
        try await self.write(Self.version1, to: path)
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

    @Test("version 2: everything is kept, and splits, standing promotions and verdicts can be stored")
    func second() async throws {
        let path = self.folder.file()
        try await self.write(Self.version2, to: path)
        let store = try SQLiteControlStore(path: path)
        var records = Self.version2Records
        #expect(try await store.records() == records)
        #expect(try await store.audit(AuditQuery()).map(\.verdict) == [nil])
        #expect(try await store.verdicts(model: nil, limit: 9).isEmpty)

        #expect(try await store.save(.sample(.promote)) == 1)
        records[0].revision = 4
        records[0].intent = nil
        records[0].split = SplitSettings(share: 0.05, key: .header("x-user"), seed: 1)
        records[0].promotion = StandingPromotion(at: 1, verdict: 1, watchedUntil: 2, keptUntil: nil)
        var change = ControlChange.sample(records[0])
        change.entry.verdict = 1
        #expect(try await store.commit(change) == 2)
        try store.close()
        let reopened = try SQLiteControlStore(path: path)
        #expect(try await reopened.records() == records)
        #expect(try await reopened.audit(AuditQuery()).map(\.verdict) == [1, nil])
        #expect(try await reopened.verdict(1)?.decision == .promote)
    }

    @Test("a migration that finds the disk full changes nothing, and is made at a later start")
    func fullDisk() async throws {
        let path = self.folder.file()
        try await self.write(Self.version2, to: path)
        // No page more than the file has.
        let error = #expect(throws: StoreOpenError.self) {
            try SQLiteControlStore(path: path, options: .init(pageLimit: 1))
        }
        #expect(error?.kind == .unavailable)
        #expect(error?.description.contains("is full") == true)
        let columns = try await DatabaseQueue(path: path).read { db in try db.columns(in: "models").count }
        #expect(columns == 7)
        let store = try SQLiteControlStore(path: path)
        #expect(try await store.records() == Self.version2Records)
    }

    @Test("a changed share, split or promotion is found even though the database is well-formed")
    func changedShare() async throws {
        var record = ModelRecord.sample(revision: 1)
        record.traffic = TrafficSettings(shadow: 0.5, noise: 0.25)
        record.split = SplitSettings(share: 0.25)
        record.promotion = StandingPromotion(at: 1, verdict: 7, watchedUntil: 2, keptUntil: 3)
        for change in [
            "shadow = 0.75", "noise = NULL", "shadow = NULL, noise = NULL", "split = NULL", "promotion = NULL",
            "split = replace(split, '0.25', '0.75')", "promotion = replace(promotion, '7', '8')", "split = '{'",
            "split = promotion, promotion = split",
        ] {
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

    private func write(_ sql: String, to path: String) async throws {
        let old = try DatabaseQueue(path: path)
        try await old.writeWithoutTransaction { db in try db.execute(sql: sql) }
        try old.close()
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

    /// As version 2 of the schema left it, checksums included.
    private static let version2 =
        Self.version1 + """

            INSERT INTO grdb_migrations VALUES ('2 traffic settings');
            ALTER TABLE models ADD COLUMN shadow REAL CHECK (shadow BETWEEN 0 AND 1);
            ALTER TABLE models ADD COLUMN noise REAL CHECK (noise BETWEEN 0 AND 1);
            UPDATE models SET shadow = 0.5, noise = 0.25, checksum = -3062436399965496804;
            INSERT INTO models VALUES ('sentiment', 1, 'blue', NULL, 559588298717493884, NULL, NULL);
            INSERT INTO slots VALUES ('sentiment', 'blue', 'models', 1, '\(digests[1])');
            INSERT INTO intents VALUES ('digits', 3, 'green', 'blue', 'rollback', 'ada@lab', NULL, 1795525298300567,
                756917025041156375);
            """

    private static var version2Records: [ModelRecord] {
        var digits = ModelRecord(model: "digits")
        digits.revision = 3
        digits.live = .green
        digits.standby = .blue
        digits.slots[.blue] = .init(source: "models", version: 1, digest: Self.digests[0])
        digits.slots[.green] = .init(source: "models", version: 2, digest: Self.digests[1])
        digits.traffic = TrafficSettings(shadow: 0.5, noise: 0.25)
        digits.intent = CutoverIntent(
            model: "digits",
            revision: 3,
            from: .green,
            to: .blue,
            action: "rollback",
            actor: "ada@lab",
            reason: nil,
            at: 1_795_525_298_300_567
        )
        var sentiment = ModelRecord(model: "sentiment")
        sentiment.revision = 1
        sentiment.live = .blue
        sentiment.slots[.blue] = .init(source: "models", version: 1, digest: Self.digests[1])
        return [digits, sentiment]
    }
}
