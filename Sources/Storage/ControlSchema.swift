import GRDB
import ServingCore

/// What `control.db` looks like, and the checks at its door.
enum ControlSchema {
    /// "TEAL" in the file's header: tells our files from other programs' databases.
    private static let applicationID = 0x5445_414C

    /// Checks the file and migrates it. Nothing is written to a file that is not ours or is newer than this program.
    static func prepare(_ queue: DatabaseQueue, name: String) throws {
        try queue.writeWithoutTransaction { db in try self.check(db, name: name) }
        try self.migrator.migrate(queue)
        // A flipped bit inside a value passes quick_check; the records' own checksums do not let it pass.
        _ = try queue.writeWithoutTransaction { db in try ModelRecord.all(in: db) }
    }

    private static func check(_ db: Database, name: String) throws {
        try self.refuseForeign(db, name: name)
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        guard verdict == "ok" else { throw StoreOpenError.damaged(name) }
        guard try !self.migrator.hasBeenSuperseded(db) else {
            throw StoreOpenError(
                .newerSchema,
                "\(name) was written by a newer version of Teal; start that version, or restore an older copy of the file"
            )
        }
        try db.useLog(name: name)
        try db.execute(sql: "PRAGMA synchronous = FULL")
    }

    private static func refuseForeign(_ db: Database, name: String) throws {
        // The migrator makes its own table before anything else: all there is when the first start was killed then.
        let sql = "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'"
        let tables = try Int.fetchOne(db, sql: sql) ?? 0
        let identifier = try Int.fetchOne(db, sql: "PRAGMA application_id")
        guard tables == 0 || identifier == self.applicationID else {
            throw StoreOpenError(
                .foreign,
                "\(name) is not a control database of Teal; name another file, or move this one away to start afresh"
            )
        }
    }

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 models, slots, intents, audit, replies") { db in
            try db.execute(sql: "PRAGMA application_id = \(ControlSchema.applicationID)")
            try db.execute(sql: ControlSchema.first)
        }
        migrator.registerMigration("2 traffic settings") { db in
            try db.execute(sql: ControlSchema.second)
        }
        migrator.registerMigration("3 verdicts, splits, standing promotions") { db in
            try db.execute(sql: ControlSchema.third)
        }
        return migrator
    }()

    private static let first = """
        CREATE TABLE models (
            model TEXT NOT NULL PRIMARY KEY,
            revision INTEGER NOT NULL,
            live TEXT CHECK (live IN ('blue', 'green')),
            standby TEXT CHECK (standby IN ('blue', 'green')),
            checksum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE slots (
            model TEXT NOT NULL,
            slot TEXT NOT NULL CHECK (slot IN ('blue', 'green')),
            source TEXT NOT NULL,
            version INTEGER NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (model, slot)
        ) STRICT, WITHOUT ROWID;
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
        CREATE TABLE replies (
            key TEXT NOT NULL PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            audit INTEGER NOT NULL,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX replies_by_age ON replies (at);
        """

    /// Both columns hold a share, or neither does: then the manifest's count.
    private static let second = """
        ALTER TABLE models ADD COLUMN shadow REAL CHECK (shadow BETWEEN 0 AND 1);
        ALTER TABLE models ADD COLUMN noise REAL CHECK (noise BETWEEN 0 AND 1);
        """

    /// `split` and `promotion` are JSON. The triggers bind everybody who opens the file, not only this program.
    private static let third = """
        ALTER TABLE models ADD COLUMN split TEXT;
        ALTER TABLE models ADD COLUMN promotion TEXT;
        ALTER TABLE audit ADD COLUMN verdict INTEGER;
        CREATE TABLE verdicts (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            release INTEGER NOT NULL,
            decision TEXT NOT NULL CHECK (decision IN ('promote', 'hold', 'reject')),
            candidate TEXT NOT NULL,
            live TEXT NOT NULL,
            policy TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            body BLOB,
            signature BLOB
        ) STRICT;
        CREATE INDEX verdicts_by_model ON verdicts (model, id);
        CREATE INDEX verdicts_held ON verdicts (model, id) WHERE decision = 'hold';
        CREATE INDEX verdicts_rejecting ON verdicts (model, candidate, policy, id) WHERE decision = 'reject';
        CREATE TRIGGER verdicts_stay_as_they_are BEFORE UPDATE ON verdicts
        BEGIN SELECT RAISE(ABORT, 'verdicts are never changed'); END;
        CREATE TRIGGER verdicts_that_decide_stay BEFORE DELETE ON verdicts WHEN OLD.decision <> 'hold'
        BEGIN SELECT RAISE(ABORT, 'verdicts that decide are never removed'); END;
        """
}
