import GRDB

/// What `captures.db` looks like, and the checks at its door.
///
/// A pair's row carries all of it. What pairs are looked up by is in `groups` and `positions`: pairs of one release with
/// the same outcomes form a group (at most 32 in a release), and `positions` lists each group's pairs in order, once
/// under segment 0 and once under each of the pair's segments, with the divergence. So every combination of filters is a
/// few ranges of one B-tree: nothing is scanned to find nothing, and new pairs are always appended to a range.
/// The place under segment 0 also says from which request the pair is; see `StoredRequests`.
///
/// Rows of `pairs` lie in the order of arrival, not of ids, and what clients wrote is in its BLOBs alone: see
/// `ExpiredPairs` for why, and for why no column may be added to it.
enum CaptureSchema {
    /// "TECP" in the file's header: tells these files from `control.db` and from other programs' databases.
    private static let applicationID = 0x5445_4350
    private static let version = 2
    /// Files up to this size, 64 MiB, are checked whole at the start; that takes a tenth of a second.
    private static let checkedPages = 16_384

    /// Checks the file and creates its tables when it is new, or adds what an earlier Teal did not have. Nothing is written
    /// to a file that is not ours or is newer than this program.
    static func prepare(_ queue: DatabaseQueue, name: String) throws {
        try queue.writeWithoutTransaction { db in
            let found = try Self.check(db, name: name)
            if found == 0 {
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
            try db.useCheapLog(name: name)
            if found < Self.version { try Self.migrate(from: found, in: db) }
            try Self.probe(db, name: name)
        }
    }

    /// The schema number in the file; 0 when it is empty.
    private static func check(_ db: Database, name: String) throws -> Int {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        let identifier = try Int.fetchOne(db, sql: "PRAGMA application_id")
        guard tables == 0 || identifier == Self.applicationID else {
            throw StoreOpenError(
                .foreign,
                "\(name) is not a capture database of Teal; name another file, or move this one away to start afresh"
            )
        }
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= Self.version else {
            throw StoreOpenError(
                .newerSchema,
                "\(name) was written by a newer version of Teal; start that version, or move the file away to start afresh"
            )
        }
        guard version > 0 || tables == 0 else { throw Self.damaged(name) }
        return tables == 0 ? 0 : version
    }

    private static func probe(_ db: Database, name: String) throws {
        if try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 <= Self.checkedPages {
            guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else { throw Self.damaged(name) }
        }
        // Both ends of every table, and the free list: where the next write and the next retention go.
        for (table, column) in [
            ("pairs", "number"), ("positions", "segment"), ("groups", "id"), ("releases", "id"),
            ("evidence", "release"), ("feedback", "sequence"),
        ] {
            for end in ["min", "max"] {
                _ = try Row.fetchOne(db, sql: "SELECT \(end)(\(column)) FROM \(table)")
            }
        }
        _ = try Int.fetchOne(db, sql: "PRAGMA freelist_count")
    }

    static func damaged(_ name: String) -> StoreOpenError {
        StoreOpenError(.damaged, "\(name) is damaged; move it away to start afresh")
    }

    private static func migrate(from version: Int, in db: Database) throws {
        try db.inTransaction(.immediate) {
            if version < 1 {
                try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
                try db.execute(sql: Self.first)
            }
            try db.execute(sql: Self.second)
            try db.execute(sql: "PRAGMA user_version = \(Self.version)")
            return .commit
        }
    }

    private static let first = """
        CREATE TABLE releases (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            document TEXT NOT NULL
        ) STRICT;
        CREATE INDEX releases_by_model ON releases (model, id);
        CREATE TABLE evidence (
            release INTEGER PRIMARY KEY,
            document BLOB
        ) STRICT;
        CREATE TABLE groups (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,
            release INTEGER NOT NULL,
            live TEXT NOT NULL,
            candidate TEXT NOT NULL,
            diverged INTEGER NOT NULL,
            UNIQUE (model, release, live, candidate, diverged)
        ) STRICT;
        CREATE INDEX groups_by_release ON groups (release);
        CREATE TABLE pairs (
            number INTEGER PRIMARY KEY,
            id INTEGER NOT NULL UNIQUE,
            wiped INTEGER NOT NULL DEFAULT 0,
            grp INTEGER NOT NULL,
            divergence REAL NOT NULL,
            noise_divergence REAL,
            live_nanoseconds INTEGER NOT NULL,
            candidate_nanoseconds INTEGER NOT NULL,
            noise_nanoseconds INTEGER,
            noise TEXT,
            request BLOB,
            segments BLOB,
            reason BLOB,
            body BLOB
        ) STRICT;
        CREATE TABLE positions (
            segment INTEGER NOT NULL,
            grp INTEGER NOT NULL,
            pair INTEGER NOT NULL,
            divergence REAL NOT NULL,
            PRIMARY KEY (segment, grp, pair)
        ) STRICT, WITHOUT ROWID;
        """

    private static let second = """
        ALTER TABLE positions ADD COLUMN bucket INTEGER;
        ALTER TABLE positions ADD COLUMN request INTEGER;
        CREATE INDEX requests ON positions (bucket, request, pair) WHERE request IS NOT NULL;
        CREATE TABLE feedback (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            release INTEGER NOT NULL,
            pair INTEGER NOT NULL UNIQUE,
            told INTEGER NOT NULL,
            live_loss REAL NOT NULL,
            candidate_loss REAL NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX feedback_by_release ON feedback (release, sequence);
        """
}
