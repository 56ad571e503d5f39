import Foundation
import GRDB
package import ServingCore

extension SQLiteControlStore {
    package func records() async throws(StoreError) -> [ModelRecord] {
        try await self.perform { db in try ModelRecord.all(in: db) }
    }

    package func begin(_ intent: CutoverIntent) async throws(StoreError) {
        try await self.perform { db in
            try db.inTransaction(.immediate) {
                let stored = try ModelRecord.stored(of: intent.model, in: db)
                let revision = stored?.revision ?? 0
                guard revision == intent.revision else { throw StoreError.staleRevision(current: revision) }
                try intent.save(in: db)
                return .commit
            }
        }
    }

    package func commit(_ change: ControlChange) async throws(StoreError) -> Int64 {
        try await self.perform { db in
            var audit: Int64 = 0
            try db.inTransaction(.immediate) {
                let stored = try ModelRecord.stored(of: change.record.model, in: db)
                guard change.record.follows(stored) else {
                    throw StoreError.staleRevision(current: stored?.revision ?? 0)
                }
                try change.record.save(replacing: stored, in: db)
                try CutoverIntent.remove(of: change.record.model, in: db)
                audit = try change.entry.append(to: db)
                try change.reply?.save(audit: audit, in: db)
                return .commit
            }
            return audit
        }
    }

    package func audit(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        try await self.perform { db in try AuditEntry.fetch(query, in: db) }
    }

    package func reply(forKey key: String) async throws(StoreError) -> IdempotentReply? {
        try await self.perform { db in try IdempotentReply.fetch(key: key, in: db) }
    }

    package func auditCount() async throws(StoreError) -> Int64 {
        try await self.perform { db in
            try Int64.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM audit")) ?? 0
        }
    }
}

extension ModelRecord {
    /// True when this record may replace `stored`: one revision later, or the same one with the same live slot. The
    /// second half keeps two writers that both start from revision 3 from both succeeding.
    fileprivate func follows(_ stored: ModelRecord?) -> Bool {
        guard let stored else { return self.revision == 0 || self.revision == 1 }
        return self.revision == stored.revision &+ 1
            || (self.revision == stored.revision && self.live == stored.live)
    }
}
