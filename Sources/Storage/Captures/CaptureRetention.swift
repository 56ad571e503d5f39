import Foundation
import GRDB

/// One pass of retention, in short steps between which batches are written: deletes what is too old or too much, gives
/// pages back to the disk, and empties the log. `secure_delete` overwrites what is deleted in the file; only the emptied
/// log makes it gone from the disk.
struct CaptureRetention {
    private enum Phase {
        case resting, deleting, shrinking, emptyingLog
    }

    private static let batch = 1_000
    private static let batchBytes: Int64 = 4 << 20
    private static let shrinkPages = 256

    /// Bytes that pairs and everything about them may take.
    private let limit: Int64
    private var phase = Phase.resting
    /// Pairs with smaller ids are too old.
    private var cutoff: Int64 = .min
    /// Bytes above which the oldest pairs go too, as long as this pass lasts.
    private var goal: Int64 = .max
    /// What was deleted is still in the log.
    private var logHoldsDeleted = false

    init(limit: Int64) {
        self.limit = limit
    }

    var isRunning: Bool { self.phase != .resting }

    /// Starts a pass, or starts the one that runs anew. A pass over `limit` makes some room at once, so that not every
    /// batch brings the next one about.
    mutating func begin(cutoff: Int64, used: Int64, emptiesLog: Bool) {
        if emptiesLog { self.logHoldsDeleted = true }
        self.cutoff = cutoff
        self.goal = used > self.limit ? self.limit - self.limit / 32 : self.limit
        self.phase = .deleting
    }

    /// Breaks the pass off; what it did stays done.
    mutating func stop() { self.phase = .resting }

    /// Does the next step. Returns how many pairs it deleted.
    mutating func step(in db: Database) throws -> Int {
        switch self.phase {
        case .resting: return 0
        case .deleting:
            let deleted = try self.delete(in: db)
            if deleted > 0 {
                self.logHoldsDeleted = true
            } else {
                if self.logHoldsDeleted { try Self.deleteEmptyGroups(in: db) }
                self.phase = .shrinking
            }
            return deleted
        case .shrinking:
            if try Self.hasMuchFree(in: db) {
                try db.execute(sql: "PRAGMA incremental_vacuum(\(Self.shrinkPages))")
                self.logHoldsDeleted = true
            } else {
                self.phase = self.logHoldsDeleted ? .emptyingLog : .resting
            }
            return 0
        case .emptyingLog:
            self.phase = .resting
            do {
                _ = try db.checkpoint(.truncate)
                self.logHoldsDeleted = false
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // A reader in the middle of a query keeps the log; the next pass tries again.
            }
            return 0
        }
    }

    private func delete(in db: Database) throws -> Int {
        let bound = try Self.used(in: db) > self.goal ? Int64.max : self.cutoff
        var deleted = 0
        try db.inTransaction(.immediate) {
            let doomed = try Doomed(below: bound, count: Self.batch, bytes: Self.batchBytes, in: db)
            try doomed.delete(in: db)
            deleted = doomed.count
            return .commit
        }
        return deleted
    }

    /// Bytes of the pages in use.
    static func used(in db: Database) throws -> Int64 {
        let pages = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA page_count")) ?? 0
        let free = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
        let size = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA page_size")) ?? 0
        return (pages - free).multipliedReportingOverflow(by: size).partialValue
    }

    /// Free pages hold zeros and are used again, which is cheaper than giving them back and asking for new ones.
    private static func hasMuchFree(in db: Database) throws -> Bool {
        let pages = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA page_count")) ?? 0
        let free = try Int.fetchOne(db.cachedStatement(sql: "PRAGMA freelist_count")) ?? 0
        return free > max(Self.shrinkPages, pages / 8)
    }

    private static func deleteEmptyGroups(in db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM groups
                WHERE NOT EXISTS (SELECT 1 FROM positions WHERE segment = 0 AND positions.grp = groups.id)
                """
        )
    }
}

/// The oldest pairs, and the places they are found at.
private struct Doomed {
    private struct Place: Hashable {
        var segment: Int64
        var group: Int64
    }

    private(set) var count = 0
    private var last: Int64 = .min
    private var places: Set<Place> = []

    /// At most `count` pairs with ids below `bound`, and no more than about `bytes` of content.
    init(below bound: Int64, count: Int, bytes: Int64, in db: Database) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT id, grp, segments, length(body) FROM pairs WHERE id < ? ORDER BY id LIMIT ?"
            ),
            arguments: [bound, count]
        )
        var sum: Int64 = 0
        while sum < bytes, let row = try rows.next() {
            self.last = try row.integer(0)
            self.count += 1
            let group = try row.integer(1)
            self.places.insert(Place(segment: 0, group: group))
            // Places of damaged segments stay, and lead nowhere.
            for segment in try row.optionalBlob(2).flatMap({ try? StoredSegments.decode($0) }) ?? [] {
                self.places.insert(Place(segment: StoredSegments.number(segment), group: group))
            }
            sum += try row.optionalInteger(3) ?? 0
        }
    }

    /// These are all pairs up to the last one, so ranges of each place go at once.
    func delete(in db: Database) throws {
        guard self.count > 0 else { return }
        let positions = try db.cachedStatement(
            sql: "DELETE FROM positions WHERE segment = ? AND grp = ? AND pair <= ?"
        )
        for place in self.places {
            try positions.execute(arguments: [place.segment, place.group, self.last])
        }
        try db.cachedStatement(sql: "DELETE FROM pairs WHERE id <= ?").execute(arguments: [self.last])
    }
}
