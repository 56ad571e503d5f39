import GRDB
import ServingCore

/// Pairs whose time is over, and how to make them gone.
///
/// `secure_delete` alone does not: when SQLite moves a row to a neighbouring page, while it makes room or closes a gap,
/// the old page keeps the bytes in its unused part, and a later delete does not find them. So rows that hold content are
/// never moved: they are appended in the order of arrival, which fills one page after the other; they are wiped by an
/// update that changes no length, which SQLite does in place (a column added to the table would lengthen rows that were
/// there before); and wiped rows are deleted only so far from the first row with content that closing the gap moves wiped
/// rows alone.
struct ExpiredPairs {
    /// SQLite closes a gap with the two next pages at most; this many bytes within pages of 4 KiB are five at least.
    private static let distance: Int64 = 20_480
    /// A row's bytes within its page: at least this, with columns that are never empty.
    private static let smallestRow: Int64 = 32
    /// What stays within the page, at least, of a row that is larger than a page.
    private static let pagePart: Int64 = 489

    private struct Expired {
        var number: Int64
        var id: Int64
        var group: Int64
        var segments: [Segment]
    }

    private var pairs: [Expired] = []

    var count: Int { self.pairs.count }
    var isEmpty: Bool { self.pairs.isEmpty }

    /// At most `count` pairs and no more than about `bytes` of content: those with ids below `bound`, smallest first, or
    /// those that came first when there is no bound.
    init(below bound: Int64?, count: Int, bytes: Int64, in db: Database) throws {
        let columns = "SELECT number, id, grp, segments, length(body) FROM pairs"
        let rows =
            if let bound {
                try Row.fetchCursor(
                    db.cachedStatement(sql: columns + " WHERE id < ? AND wiped = 0 ORDER BY id LIMIT ?"),
                    arguments: [bound, count]
                )
            } else {
                try Row.fetchCursor(
                    db.cachedStatement(sql: columns + " WHERE wiped = 0 ORDER BY number LIMIT ?"),
                    arguments: [count]
                )
            }
        var sum: Int64 = 0
        while sum < bytes, let row = try rows.next() {
            self.pairs.append(
                Expired(
                    number: try row.integer(0),
                    id: try row.integer(1),
                    group: try row.integer(2),
                    // Places of damaged segments stay, and lead nowhere.
                    segments: try row.optionalBlob(3).flatMap { try? StoredSegments.decode($0) } ?? []
                )
            )
            sum += try row.optionalInteger(4) ?? 0
        }
    }

    /// Overwrites their content with zeros, and removes the places they are found at and the feedback about them.
    func wipe(in db: Database) throws {
        let position = try db.cachedStatement(
            sql: "DELETE FROM positions WHERE segment = ? AND grp = ? AND pair = ?"
        )
        let feedback = try db.cachedStatement(sql: "DELETE FROM feedback WHERE pair = ?")
        let row = try db.cachedStatement(
            sql: """
                UPDATE pairs SET wiped = 1, request = zeroblob(length(request)), segments = zeroblob(length(segments)),
                    reason = zeroblob(length(reason)), body = zeroblob(length(body))
                WHERE number = ?
                """
        )
        for pair in self.pairs {
            try position.execute(arguments: [0, pair.group, pair.id])
            for segment in pair.segments {
                try position.execute(arguments: [StoredSegments.number(segment), pair.group, pair.id])
            }
            try feedback.execute(arguments: [pair.id])
            try row.execute(arguments: [pair.number])
        }
    }

    /// Deletes wiped rows up to a safe distance from the first row with content; all of them when there is none.
    static func deleteWiped(in db: Database) throws {
        let first = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM pairs WHERE wiped = 0 ORDER BY number LIMIT 1")
        )
        guard let first else {
            try db.execute(sql: "DELETE FROM pairs")
            return
        }
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT number, ifnull(length(request), 0) + ifnull(length(segments), 0)
                        + ifnull(length(reason), 0) + ifnull(length(body), 0)
                    FROM pairs WHERE number < ? ORDER BY number DESC
                    """
            ),
            arguments: [first]
        )
        var distance: Int64 = 0
        while distance < Self.distance, let row = try rows.next() {
            let size = try row.integer(1)
            distance += size < 3000 ? Self.smallestRow + size : Self.pagePart
        }
        guard let last = try rows.next() else { return }
        try db.cachedStatement(sql: "DELETE FROM pairs WHERE number <= ?").execute(arguments: [try last.integer(0)])
    }
}
