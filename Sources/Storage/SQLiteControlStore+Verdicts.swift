import GRDB
package import ServingCore

extension SQLiteControlStore {
    package func save(_ verdict: StoredVerdict) async throws(StoreError) -> Int64 {
        try await self.perform { db in
            var id: Int64 = 0
            try db.inTransaction(.immediate) {
                id = try verdict.append(to: db)
                try StoredVerdict.removeHeldBeyondLimit(of: verdict.model, in: db)
                return .commit
            }
            return id
        }
    }

    package func verdict(_ id: Int64) async throws(StoreError) -> StoredVerdict? {
        try await self.perform { db in try StoredVerdict.fetch(id, in: db) }
    }

    package func verdicts(model: String?, limit: Int) async throws(StoreError) -> [StoredVerdict] {
        try await self.perform { db in try StoredVerdict.fetch(model: model, limit: limit, in: db) }
    }

    package func rejection(
        model: String,
        candidate: String,
        policy: String
    ) async throws(StoreError) -> StoredVerdict? {
        try await self.perform { db in
            try StoredVerdict.rejection(model: model, candidate: candidate, policy: policy, in: db)
        }
    }
}
