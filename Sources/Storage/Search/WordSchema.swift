import Foundation
import GRDB

/// What `words.db` looks like, and the checks at its door.
///
/// A model's pairs lie in parts of bounded size, each a full-text table of its own whose rows are pairs. What is removed
/// leaves traces in its part: in the tables' pages, and in what the index writes to take a word back. So a part from which
/// something was removed is written anew and the old one dropped: `secure_delete` overwrites every page of a dropped
/// table, and the new one never held what was removed.
enum WordSchema {
    /// "TEWD" in the file's header.
    private static let applicationID = 0x5445_5744
    /// Another number is begun anew, not migrated: everything can be added again.
    private static let version = 1
    /// Files up to this size, 64 MiB, are checked whole at the start.
    private static let checkedPages = 16_384

    /// Checks the file and creates its tables when it is new. Returns its mark.
    static func prepare(_ queue: DatabaseQueue, name: String) throws -> String {
        try queue.writeWithoutTransaction { db in
            let isNew = try Self.isNew(db, name: name)
            if isNew {
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                // Before there is a log: the file itself says what it is from the first moment on.
                try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
            }
            try db.useCheapLog(name: name)
            if isNew {
                try Self.create(in: db)
            } else if try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 <= Self.checkedPages {
                guard try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok" else {
                    throw StoreOpenError.damaged(name)
                }
            }
            _ = try WordPart.all(in: db)
            guard let mark = try Row.fetchOne(db, sql: "SELECT mark FROM state")?.text(0) else { throw DamagedRow() }
            return mark
        }
    }

    private static func isNew(_ db: Database, name: String) throws -> Bool {
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if tables == 0 { return true }
        guard try Int.fetchOne(db, sql: "PRAGMA application_id") == Self.applicationID else {
            throw StoreOpenError(.foreign, "\(name) is not a word index of Teal")
        }
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == Self.version else {
            throw StoreOpenError(.newerSchema, "\(name) was written by another version of Teal")
        }
        return false
    }

    private static func create(in db: Database) throws {
        try db.inTransaction(.immediate) {
            try db.execute(
                sql: """
                    CREATE TABLE state (mark TEXT NOT NULL) STRICT;
                    CREATE TABLE parts (
                        number INTEGER PRIMARY KEY AUTOINCREMENT,
                        model TEXT NOT NULL,
                        first INTEGER NOT NULL,
                        last INTEGER NOT NULL,
                        pairs INTEGER NOT NULL,
                        bytes INTEGER NOT NULL,
                        removed INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX parts_by_model ON parts (model, number);
                    """
            )
            let mark = String(UInt64.random(in: .min ... .max), radix: 16)
            try db.execute(sql: "INSERT INTO state (mark) VALUES (?)", arguments: [mark])
            try db.execute(sql: "PRAGMA user_version = \(Self.version)")
            return .commit
        }
    }

    /// The file is a database and says of itself that it is no word index of any Teal, or it cannot be read.
    static func isForeign(_ path: String) -> Bool {
        guard let file = fopen(path, "re") else { return errno != ENOENT }
        defer { fclose(file) }
        var header = [UInt8](repeating: 0, count: 100)
        guard fread(&header, 1, 100, file) == 100, header.starts(with: Array("SQLite format 3".utf8)) else {
            return false
        }
        return header[68..<72].reduce(0) { $0 << 8 | Int($1) } != Self.applicationID
    }
}
