import GRDB
import ServingCore

/// One part of the word index: its row in `parts`, and the full-text table it is about.
struct WordPart {
    /// More pairs than this, or bytes of text, begin a new part.
    static let mostPairs: Int64 = 8_192
    static let mostBytes: Int64 = 8 << 20

    let number: Int64
    let model: String
    /// All its pairs' ids lie between these.
    var first: Int64
    var last: Int64
    var pairs: Int64 = 0
    /// Of the texts that were added.
    var bytes: Int64 = 0
    /// Pairs whose words may still be in its pages.
    var removed: Int64 = 0

    var table: String { "words_\(self.number)" }
    var isFull: Bool { self.pairs + self.removed >= Self.mostPairs || self.bytes >= Self.mostBytes }

    private init(_ row: Row) throws {
        self.number = try row.integer(0)
        self.model = try row.text(1)
        self.first = try row.integer(2)
        self.last = try row.integer(3)
        self.pairs = try row.integer(4)
        self.bytes = try row.integer(5)
        self.removed = try row.integer(6)
        // Sums of what a changed file says must not overflow.
        guard [self.pairs, self.bytes, self.removed].allSatisfy({ (0...1 << 48).contains($0) }) else {
            throw DamagedRow()
        }
    }

    /// A new one.
    init(of model: String, first: Int64, last: Int64, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO parts (model, first, last, pairs, bytes, removed) VALUES (?, ?, ?, 0, 0, 0)",
            arguments: [model, first, last]
        )
        self.number = db.lastInsertedRowID
        self.model = model
        self.first = first
        self.last = last
        try db.execute(
            sql: """
                CREATE VIRTUAL TABLE \(self.table)
                USING fts5(request, live, candidate, tokenize = 'unicode61 remove_diacritics 2')
                """
        )
    }

    /// Newest first.
    static func all(in db: Database) throws -> [WordPart] {
        try Self.fetch("ORDER BY number DESC", [], in: db)
    }

    /// Newest first.
    static func all(of model: String, in db: Database) throws -> [WordPart] {
        try Self.fetch("WHERE model = ? ORDER BY number DESC", [model], in: db)
    }

    private static func fetch(_ which: String, _ arguments: StatementArguments, in db: Database) throws -> [WordPart] {
        try Row.fetchAll(
            db,
            sql: "SELECT number, model, first, last, pairs, bytes, removed FROM parts " + which,
            arguments: arguments
        ).map(WordPart.init)
    }

    func save(in db: Database) throws {
        try db.execute(
            sql: "UPDATE parts SET first = ?, last = ?, pairs = ?, bytes = ?, removed = ? WHERE number = ?",
            arguments: [self.first, self.last, self.pairs, self.bytes, self.removed, self.number]
        )
    }

    func drop(in db: Database) throws {
        try db.execute(sql: "DROP TABLE \(self.table)")
        try db.execute(sql: "DELETE FROM parts WHERE number = ?", arguments: [self.number])
    }

    /// The caller guarantees that the pair is not there.
    mutating func insert(_ id: Int64, _ texts: [WordField: String], in db: Database) throws {
        let insert = try db.makeStatement(
            sql: "INSERT INTO \(self.table) (rowid, request, live, candidate) VALUES (?, ?, ?, ?)"
        )
        try insert.execute(arguments: [id, texts[.request], texts[.live], texts[.candidate]])
        self.first = min(self.first, id)
        self.last = max(self.last, id)
        self.pairs += 1
        for text in texts.values { self.bytes += Int64(text.utf8.count) }
    }

    /// Those of `ids` that are there.
    mutating func delete(_ ids: some Sequence<Int64>, in db: Database) throws {
        var delete: Statement?
        for id in ids where id >= self.first && id <= self.last {
            let statement = try delete ?? db.makeStatement(sql: "DELETE FROM \(self.table) WHERE rowid = ?")
            delete = statement
            try statement.execute(arguments: [id])
            // A file that was changed by others may say more than there is.
            guard db.changesCount > 0 else { continue }
            self.pairs = max(0, self.pairs - 1)
            self.removed += 1
        }
    }

    /// All with smaller ids. True when there were any.
    mutating func delete(before id: Int64, in db: Database) throws -> Bool {
        guard self.first < id else { return false }
        try db.execute(sql: "DELETE FROM \(self.table) WHERE rowid < ?", arguments: [id])
        let count = Int64(db.changesCount)
        guard count > 0 else { return false }
        self.first = id
        self.pairs = max(0, self.pairs - count)
        self.removed += count
        return true
    }

    /// Writes what is left to a new part, which is returned, and drops this one; nil when nothing is left.
    func rewritten(in db: Database) throws -> WordPart? {
        guard self.pairs > 0 else {
            try self.drop(in: db)
            return nil
        }
        var part = try WordPart(of: self.model, first: self.first, last: self.last, in: db)
        try db.execute(
            sql: """
                INSERT INTO \(part.table) (rowid, request, live, candidate)
                SELECT rowid, request, live, candidate FROM \(self.table) ORDER BY rowid
                """
        )
        part.pairs = self.pairs
        let bytes = ["request", "live", "candidate"].map { "length(CAST(ifnull(\($0), '') AS BLOB))" }
        part.bytes =
            try Int64.fetchOne(db, sql: "SELECT sum(\(bytes.joined(separator: " + "))) FROM \(part.table)") ?? 0
        try part.save(in: db)
        try self.drop(in: db)
        return part
    }
}
