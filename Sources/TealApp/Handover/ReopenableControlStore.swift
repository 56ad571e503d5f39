import ServingCore
import Storage

/// The control database, as long as it is this process's. While it is closed every call throws `.unavailable`.
final class ReopenableControlStore: ControlStore {
    private let store: Reopenable<SQLiteControlStore, StoreOpenError>

    /// Opens `path`. Blocks.
    init(path: String) throws(StoreOpenError) {
        self.store = try Reopenable { () throws(StoreOpenError) in try SQLiteControlStore(path: path) }
    }

    /// Waits for what is being written, and closes the file.
    func close() {
        try? self.store.take()?.close()
    }

    /// Blocks.
    func reopen() throws(StoreOpenError) { try self.store.reopen() }

    private func opened() throws(StoreError) -> SQLiteControlStore {
        guard let store = self.store.value else { throw .handedOver }
        return store
    }

    func records() async throws(StoreError) -> [ModelRecord] {
        try await self.opened().records()
    }

    func begin(_ intent: CutoverIntent) async throws(StoreError) {
        try await self.opened().begin(intent)
    }

    func commit(_ change: ControlChange) async throws(StoreError) -> Int64 {
        try await self.opened().commit(change)
    }

    func audit(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        try await self.opened().audit(query)
    }

    func reply(forKey key: String) async throws(StoreError) -> IdempotentReply? {
        try await self.opened().reply(forKey: key)
    }

    func auditCount() async throws(StoreError) -> Int64 {
        try await self.opened().auditCount()
    }

    func save(_ verdict: StoredVerdict) async throws(StoreError) -> Int64 {
        try await self.opened().save(verdict)
    }

    func verdict(_ id: Int64) async throws(StoreError) -> StoredVerdict? {
        try await self.opened().verdict(id)
    }

    func verdicts(model: String?, limit: Int) async throws(StoreError) -> [StoredVerdict] {
        try await self.opened().verdicts(model: model, limit: limit)
    }

    func rejection(
        model: String,
        candidate: String,
        policy: String
    ) async throws(StoreError) -> StoredVerdict? {
        try await self.opened().rejection(model: model, candidate: candidate, policy: policy)
    }
}
