import GRDB
import ServingCore

extension PairFeedback {
    /// Inserts within the caller's transaction, unless something was told about the pair before or it is not there.
    func append(to db: Database) throws -> FeedbackOutcome {
        let earlier = try db.cachedStatement(sql: "SELECT sequence, told FROM feedback WHERE pair = ?")
        if let row = try Row.fetchOne(earlier, arguments: [self.pair]) {
            return try row.integer(1) == self.told ? .repeated(try row.integer(0)) : .contradicted
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO feedback (release, pair, told, live_loss, candidate_loss, at)
                SELECT groups.release, pairs.id, ?, ?, ?, ? FROM pairs JOIN groups ON groups.id = pairs.grp
                WHERE pairs.id = ? AND wiped = 0
                """
        ).execute(arguments: [
            self.told, StoredShare.of(self.live), StoredShare.of(self.candidate), self.at, self.pair,
        ])
        return db.changesCount == 1 ? .accepted(db.lastInsertedRowID) : .unknown
    }
}

extension PairLoss {
    /// In the order of acceptance. A wiped pair has no segments: what is left of them is zeros.
    static func fetch(release: Int64, after sequence: Int64, limit: Int, in db: Database) throws -> [PairLoss] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT sequence, pair, live_loss, candidate_loss, CASE WHEN pairs.wiped = 0 THEN pairs.segments END
                FROM feedback LEFT JOIN pairs ON pairs.id = feedback.pair
                WHERE release = ? AND sequence > ? ORDER BY sequence LIMIT ?
                """
        )
        let arguments: StatementArguments = [release, sequence, min(max(1, limit), 1000)]
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            PairLoss(
                sequence: try row.integer(0),
                pair: try row.integer(1),
                live: try row.real(2),
                candidate: try row.real(3),
                segments: try row.optionalBlob(4).map(StoredSegments.decode) ?? []
            )
        }
    }
}
