import Foundation
import GRDB
import ServingCore

extension StoredVerdict {
    private static let columns = """
        SELECT id, model, release, decision, candidate, live, policy, created, expires, body, signature FROM verdicts
        """

    static func fetch(_ id: Int64, in db: Database) throws -> StoredVerdict? {
        let statement = try db.cachedStatement(sql: Self.columns + " WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(Self.init(row:))
    }

    /// Newest first.
    static func fetch(model: String?, limit: Int, in db: Database) throws -> [StoredVerdict] {
        let limit = min(max(1, limit), 1000)
        let rows: [Row]
        if let model {
            let sql = Self.columns + " WHERE model = ? ORDER BY id DESC LIMIT ?"
            rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [model, limit])
        } else {
            let sql = Self.columns + " ORDER BY id DESC LIMIT ?"
            rows = try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [limit])
        }
        return try rows.map(Self.init(row:))
    }

    static func rejection(
        model: String,
        candidate: String,
        policy: String,
        in db: Database
    ) throws -> StoredVerdict? {
        let statement = try db.cachedStatement(
            sql: Self.columns
                + " WHERE model = ? AND candidate = ? AND policy = ? AND decision = 'reject' ORDER BY id DESC LIMIT 1"
        )
        return try Row.fetchOne(statement, arguments: [model, candidate, policy]).map(Self.init(row:))
    }

    private init(row: Row) throws {
        guard let decision = Verdict.Decision(rawValue: try row.text(3)) else { throw DamagedRow() }
        self.init(
            id: try row.integer(0),
            model: try row.text(1),
            release: try row.integer(2),
            decision: decision,
            candidate: try row.text(4),
            live: try row.text(5),
            policy: try row.text(6),
            created: try row.integer(7),
            expires: try row.integer(8),
            body: try row.optionalBlob(9) ?? [],
            signature: try row.optionalBlob(10) ?? []
        )
    }

    /// Returns the new row's number. The newest row is never removed, so no number is given twice.
    func append(to db: Database) throws -> Int64 {
        try db.cachedStatement(
            sql: """
                INSERT INTO verdicts (model, release, decision, candidate, live, policy, created, expires, body, signature)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            self.model, self.release, self.decision.rawValue, self.candidate, self.live, self.policy, self.created,
            self.expires, self.body.isEmpty ? nil : Data(self.body),
            self.signature.isEmpty ? nil : Data(self.signature),
        ])
        return db.lastInsertedRowID
    }

    static func removeHeldBeyondLimit(of model: String, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM verdicts WHERE model = ?1 AND decision = 'hold' AND id <= (
                    SELECT id FROM verdicts WHERE model = ?1 AND decision = 'hold' ORDER BY id DESC LIMIT 1 OFFSET ?2
                )
                """
        ).execute(arguments: [model, Self.heldLimit])
    }
}
