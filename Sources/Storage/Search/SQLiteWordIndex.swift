import Foundation
import GRDB
package import ServingCore

/// Words in one SQLite file of its own, mode 0600, by SQLite's full-text search (FTS5): a cache that can be filled again
/// from what is kept. Nothing it does touches `captures.db`.
package final class SQLiteWordIndex: WordIndex {
    package struct Options: Sendable {
        /// How long a write waits for another process that holds the file's lock, and `compact` for running searches.
        package var busyTimeout: Duration = .seconds(2)
        /// The oldest parts are given up when the pages in use exceed this.
        package var maximumBytes: Int64 = 1 << 30

        package init() {}
    }

    /// Rows of a search that are looked at and ranked, from the newest part on.
    static let mostRanked = 20_000

    private let database: WordDatabase
    private let maximumBytes: Int64

    package var mark: String { self.database.mark }

    /// Blocks; call it at start. Refuses a file that is damaged, locked, not Teal's, or of another version.
    package init(path: String, options: Options = Options()) throws(StoreOpenError) {
        self.database = try WordDatabase(path: path, busyTimeout: options.busyTimeout)
        self.maximumBytes = options.maximumBytes
    }

    /// Like `init`, but begins anew instead of refusing a file for what is in it. A word index of any Teal and what is no
    /// database are deleted with their log, for it may hold what was to be removed; a database of another program is
    /// renamed to `<file>.damaged-<seconds since 1970>`. `problem` is the sentence about it, nil when the file was sound.
    /// Throws when the file or its folder cannot be used at all.
    package static func openBeginningAnew(
        path: String,
        options: Options = Options()
    ) throws(StoreOpenError) -> (index: SQLiteWordIndex, problem: String?) {
        do throws(StoreOpenError) {
            return (try SQLiteWordIndex(path: path, options: options), nil)
        } catch {
            guard error.kind != .unavailable else { throw error }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            var fate = "was deleted"
            if !Self.delete(path: path) {
                fate = "was set aside as \(try DatabaseFile.setAside(path, suffix: "\(time(nil))"))"
            }
            let why = error.kind == .damaged ? "\(name) was damaged" : error.description
            return (
                try SQLiteWordIndex(path: path, options: options), "\(why); it \(fate), and a new one was begun"
            )
        }
    }

    /// Deletes the file, with what belongs to it, unless it is a database of another program; nobody may have it open.
    /// False when it is still there.
    @discardableResult
    package static func delete(path: String) -> Bool {
        guard !WordSchema.isForeign(path) else { return false }
        let files = ["", "-wal", "-shm", ".is-damaged"].map { path + $0 }
        for file in files { unlink(file) }
        return files.allSatisfy { access($0, F_OK) != 0 }
    }

    package func add(_ entries: [WordEntry], model: String) async throws(StoreError) {
        var pairs: [Int64: [WordField: String]] = [:]
        for entry in entries { pairs[entry.id, default: [:]][entry.field] = Self.cut(entry.text) }
        let texts = pairs.sorted { $0.key < $1.key }
        guard !texts.isEmpty else { return }
        let limit = self.maximumBytes
        try await self.database.write { db in
            try db.inTransaction(.immediate) {
                try Self.add(texts, model: model, in: db)
                try Self.giveUpOldest(above: limit, in: db)
                return .commit
            }
        }
    }

    package func removePairs(of model: String, before id: Int64) async throws(StoreError) -> Bool {
        try await self.database.write { db in
            var holdsRemoved = false
            try db.inTransaction(.immediate) {
                for var part in try WordPart.all(of: model, in: db) {
                    if try part.delete(before: id, in: db) { try part.save(in: db) }
                    if part.removed > 0 { holdsRemoved = true }
                }
                return .commit
            }
            return holdsRemoved
        }
    }

    package func compact() async throws(StoreError) {
        let name = self.database.file.name
        try await self.database.write { db in
            for part in try WordPart.all(in: db) where part.removed > 0 {
                try db.inTransaction(.immediate) {
                    _ = try part.rewritten(in: db)
                    return .commit
                }
            }
            try db.execute(sql: "PRAGMA incremental_vacuum")
            do {
                // The log has earlier states of the pages.
                _ = try db.checkpoint(.truncate)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                throw StoreError.unavailable("a search holds what was removed from \(name); compact it again")
            }
        }
    }

    package func search(
        _ query: String,
        model: String,
        fields: Set<WordField>,
        limit: Int
    ) async throws(StoreError) -> [WordMatch] {
        guard let expression = WordQuery(query).expression(in: fields) else { return [] }
        var matches = try await self.database.read { db in
            var matches: [WordMatch] = []
            for part in try WordPart.all(of: model, in: db) where matches.count < Self.mostRanked {
                let rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT rowid, bm25(\(part.table)) FROM \(part.table)
                        WHERE \(part.table) MATCH ? ORDER BY rowid DESC LIMIT ?
                        """,
                    arguments: [expression, Self.mostRanked - matches.count]
                )
                while let row = try rows.next() {
                    // SQLite's is the better the smaller.
                    matches.append(WordMatch(id: try row.integer(0), score: -(try row.real(1))))
                }
            }
            return matches
        }
        matches.sort { ($0.score, $0.id) > ($1.score, $1.id) }
        return Array(matches.prefix(min(1_000, max(1, limit))))
    }

    package func models() async throws(StoreError) -> [String] {
        try await self.database.read { db in
            try Row.fetchAll(db, sql: "SELECT DISTINCT model FROM parts ORDER BY model").map { try $0.text(0) }
        }
    }

    /// Writes the log back into the file and closes it; what comes later throws.
    package func close() async { await self.database.close() }

    // MARK: Parts

    private static func add(
        _ texts: [(key: Int64, value: [WordField: String])],
        model: String,
        in db: Database
    ) throws {
        var parts = try WordPart.all(of: model, in: db)
        for index in parts.indices {
            let before = parts[index].removed
            try parts[index].delete(texts.lazy.map(\.key), in: db)
            if parts[index].removed != before { try parts[index].save(in: db) }
        }
        var current = parts.first.flatMap { $0.isFull ? nil : $0 }
        for (id, fields) in texts {
            var part = try current ?? WordPart(of: model, first: id, last: id, in: db)
            try part.insert(id, fields, in: db)
            if part.isFull { try part.save(in: db) }
            current = part.isFull ? nil : part
        }
        try current?.save(in: db)
    }

    private static func giveUpOldest(above limit: Int64, in db: Database) throws {
        while try Self.used(in: db) > limit {
            let parts = try WordPart.all(in: db)
            guard parts.count > 1, let oldest = parts.last else { return }
            try oldest.drop(in: db)
        }
    }

    /// Bytes of the pages in use.
    private static func used(in db: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
        let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        let size = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
        return (pages - free).multipliedReportingOverflow(by: size).partialValue
    }

    /// At most `WordEntry.limit` bytes, without a cut scalar.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > WordEntry.limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: WordEntry.limit)
        while String.Index(end, within: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
