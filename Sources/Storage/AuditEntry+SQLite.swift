import Foundation
import GRDB
import ServingCore

extension AuditEntry {
    private static let columns = """
        SELECT id, at, model, action, actor, reason, forced, revision, slot, live_before, live_after, version, digests,
        detail, verdict FROM audit
        """

    static func fetch(_ query: AuditQuery, in db: Database) throws -> [AuditEntry] {
        let before = query.before ?? .max
        let limit = min(max(1, query.limit), 1000)
        let rows: [Row]
        if let model = query.model {
            let sql = Self.columns + " WHERE model = ? AND id < ? ORDER BY id DESC LIMIT ?"
            rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [model, before, limit])
        } else {
            let sql = Self.columns + " WHERE id < ? ORDER BY id DESC LIMIT ?"
            rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [before, limit])
        }
        return try rows.map(Self.init(row:))
    }

    private init(row: Row) throws {
        self.init(
            at: try row.integer(1),
            model: try row.text(2),
            action: try row.text(3),
            actor: try row.text(4),
            revision: try row.integer(7)
        )
        self.id = try row.integer(0)
        self.reason = try row.optionalText(5)
        self.forced = try row.integer(6) != 0
        self.slot = try row.optionalSlot(8)
        self.liveBefore = try row.optionalSlot(9)
        self.liveAfter = try row.optionalSlot(10)
        self.version = try row.optionalInteger(11).flatMap(Int.init(exactly:))
        self.digests = try StoredJSON.value(of: try row.text(12))
        self.detail = try row.optionalText(13)
        self.verdict = try row.optionalInteger(14)
    }

    /// Returns the new row's number. Rows are never removed, so the numbers have no gaps.
    func append(to db: Database) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO audit (at, model, action, actor, reason, forced, revision, slot, live_before, live_after,
                    version, digests, detail, verdict)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            self.at, self.model, self.action, self.actor, self.reason, self.forced ? 1 : 0, self.revision,
            self.slot?.rawValue, self.liveBefore?.rawValue, self.liveAfter?.rawValue, self.version,
            try StoredJSON.text(of: self.digests), self.detail, self.verdict,
        ])
        return db.lastInsertedRowID
    }
}

extension IdempotentReply {
    private static let lifetime: Int64 = 24 * 60 * 60 * 1_000_000

    static func fetch(key: String, in db: Database) throws -> IdempotentReply? {
        let statement = try db.cachedStatement(
            sql: "SELECT fingerprint, audit, at FROM replies WHERE key = ? AND at > ?"
        )
        return try Row.fetchOne(statement, arguments: [key, Self.oldest]).map { row in
            IdempotentReply(
                key: key,
                fingerprint: try row.text(0),
                audit: try row.integer(1),
                at: try row.integer(2)
            )
        }
    }

    /// Stores the reply under the audit row that belongs to it and forgets the expired ones.
    func save(audit: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM replies WHERE at <= ?").execute(arguments: [Self.oldest])
        try db.cachedStatement(
            sql: "INSERT OR REPLACE INTO replies (key, fingerprint, audit, at) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [self.key, self.fingerprint, audit, self.at])
    }

    private static var oldest: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000 - Self.lifetime
    }
}
