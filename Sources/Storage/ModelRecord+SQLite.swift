import GRDB
import ServingCore

extension ModelRecord {
    private static let columns = """
        SELECT model, revision, live, standby, checksum, shadow, noise, split, promotion FROM models
        """

    /// Every model, by name, with what its slots hold and an intent that was never confirmed. A model that so far has
    /// only an intent appears with revision 0.
    static func all(in db: Database) throws -> [ModelRecord] {
        var records: [String: ModelRecord] = [:]
        for row in try Row.fetchAll(db.cachedStatement(sql: Self.columns)) {
            let record = try Self(row: row, in: db)
            records[record.model] = record
        }
        for intent in try CutoverIntent.all(in: db) {
            records[intent.model, default: ModelRecord(model: intent.model)].intent = intent
        }
        return records.values.sorted { $0.model < $1.model }
    }

    /// The model's row and slots, without its intent.
    static func stored(of model: String, in db: Database) throws -> ModelRecord? {
        let statement = try db.cachedStatement(sql: Self.columns + " WHERE model = ?")
        return try Row.fetchOne(statement, arguments: [model]).map { row in try Self(row: row, in: db) }
    }

    private init(row: Row, in db: Database) throws {
        self.init(model: try row.text(0))
        self.revision = try row.integer(1)
        self.live = try row.optionalSlot(2)
        self.standby = try row.optionalSlot(3)
        let statement = try db.cachedStatement(
            sql: "SELECT slot, source, version, digest FROM slots WHERE model = ?"
        )
        for row in try Row.fetchAll(statement, arguments: [self.model]) {
            guard let version = Int(exactly: try row.integer(2)) else { throw DamagedRow() }
            self.slots[try row.slot(0)] = Held(source: try row.text(1), version: version, digest: try row.text(3))
        }
        switch (try row.optionalReal(5), try row.optionalReal(6)) {
        case (let shadow?, let noise?): self.traffic = TrafficSettings(shadow: shadow, noise: noise)
        case (nil, nil): break
        default: throw DamagedRow()
        }
        let split = try row.optionalText(7)
        let promotion = try row.optionalText(8)
        self.split = try split.map(StoredJSON.value)
        self.promotion = try promotion.map(StoredJSON.value)
        guard try row.integer(4) == self.checksum(split, promotion) else { throw DamagedRow() }
    }

    /// Writes this record over `stored`; touches the slots' rows only if they differ.
    func save(replacing stored: ModelRecord?, in db: Database) throws {
        let split = try self.split.map(StoredJSON.text)
        let promotion = try self.promotion.map(StoredJSON.text)
        try db.cachedStatement(
            sql: """
                INSERT INTO models (model, revision, live, standby, checksum, shadow, noise, split, promotion)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (model) DO UPDATE SET revision = excluded.revision, live = excluded.live,
                    standby = excluded.standby, checksum = excluded.checksum, shadow = excluded.shadow,
                    noise = excluded.noise, split = excluded.split, promotion = excluded.promotion
                """
        ).execute(arguments: [
            self.model, self.revision, self.live?.rawValue, self.standby?.rawValue, self.checksum(split, promotion),
            self.traffic?.shadow, self.traffic?.noise, split, promotion,
        ])
        guard stored?.slots ?? [:] != self.slots else { return }
        try db.cachedStatement(sql: "DELETE FROM slots WHERE model = ?").execute(arguments: [self.model])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO slots (model, slot, source, version, digest) VALUES (?, ?, ?, ?, ?)"
        )
        for (slot, held) in self.slots {
            try insert.execute(arguments: [self.model, slot.rawValue, held.source, held.version, held.digest])
        }
    }

    /// Over everything that decides what is served and mirrored, so that a changed bit is found instead of served; split and
    /// promotion as the text that is stored. A record without them, or without traffic settings, has the checksum it had
    /// before there were any.
    private func checksum(_ split: String?, _ promotion: String?) -> Int64 {
        var checksum = Checksum()
        checksum.add(self.model)
        checksum.add(self.revision)
        checksum.add(self.live?.rawValue)
        checksum.add(self.standby?.rawValue)
        for slot in Slot.allCases {
            let held = self.slots[slot]
            checksum.add(held?.source)
            checksum.add(Int64(held?.version ?? 0))
            checksum.add(held?.digest)
        }
        if let traffic {
            // SQLite keeps no sign of zero.
            for share in [traffic.shadow, traffic.noise] {
                checksum.add(Int64(bitPattern: share == 0 ? 0 : share.bitPattern))
            }
        }
        if split != nil || promotion != nil {
            checksum.add(split)
            checksum.add(promotion)
        }
        return checksum.value
    }
}

extension CutoverIntent {
    static func all(in db: Database) throws -> [CutoverIntent] {
        let statement = try db.cachedStatement(
            sql: "SELECT model, revision, from_slot, to_slot, action, actor, reason, at, checksum FROM intents"
        )
        return try Row.fetchAll(statement).map { row in
            let intent = CutoverIntent(
                model: try row.text(0),
                revision: try row.integer(1),
                from: try row.optionalSlot(2),
                to: try row.slot(3),
                action: try row.text(4),
                actor: try row.text(5),
                reason: try row.optionalText(6),
                at: try row.integer(7)
            )
            guard try row.integer(8) == intent.checksum else { throw DamagedRow() }
            return intent
        }
    }

    func save(in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO intents
                (model, revision, from_slot, to_slot, action, actor, reason, at, checksum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            self.model, self.revision, self.from?.rawValue, self.to.rawValue, self.action, self.actor, self.reason,
            self.at, self.checksum,
        ])
    }

    static func remove(of model: String, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM intents WHERE model = ?").execute(arguments: [model])
    }

    private var checksum: Int64 {
        var checksum = Checksum()
        checksum.add(self.model)
        checksum.add(self.revision)
        checksum.add(self.from?.rawValue)
        checksum.add(self.to.rawValue)
        for text in [self.action, self.actor, self.reason] { checksum.add(text) }
        checksum.add(self.at)
        return checksum.value
    }
}
