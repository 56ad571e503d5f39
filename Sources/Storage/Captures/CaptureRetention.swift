import Foundation
import GRDB

/// One pass of retention, in short steps between which batches are written: wipes and deletes what is too old or too
/// much, gives pages back to the disk, and empties the log, which held earlier states of the pages.
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
        let isOver = try Self.used(in: db) > self.goal
        var count = 0
        try db.inTransaction(.immediate) {
            let expired = try ExpiredPairs(
                below: isOver ? nil : self.cutoff,
                count: Self.batch,
                bytes: Self.batchBytes,
                in: db
            )
            try expired.wipe(in: db)
            if !expired.isEmpty { try ExpiredPairs.deleteWiped(in: db) }
            count = expired.count
            return .commit
        }
        return count
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
