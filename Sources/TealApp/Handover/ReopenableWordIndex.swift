import ServingCore
import Storage

/// The words of kept pairs, as long as their file is this process's. While it is closed what is asked throws.
final class ReopenableWordIndex: WordIndex {
    private let index: Reopenable<SQLiteWordIndex, StoreOpenError>
    /// Of the index that was there first: one that another process began anew lacks words, and is not used.
    let mark: String

    /// Opens the file. Blocks.
    init(_ open: @escaping @Sendable () throws(StoreOpenError) -> SQLiteWordIndex) throws(StoreOpenError) {
        self.index = try Reopenable(open)
        self.mark = self.index.value?.mark ?? ""
    }

    func close() async { await self.index.take()?.close() }

    /// Blocks. False when the file cannot be used before the next start.
    func reopen() async -> Bool {
        guard (try? self.index.reopen()) != nil else { return false }
        guard self.index.value?.mark == self.mark else {
            await self.close()
            return false
        }
        return true
    }

    private func opened() throws(StoreError) -> SQLiteWordIndex {
        guard let index = self.index.value else { throw .handedOver }
        return index
    }

    func add(_ entries: [WordEntry], model: String) async throws(StoreError) {
        try await self.opened().add(entries, model: model)
    }

    func removePairs(of model: String, before id: Int64) async throws(StoreError) -> Bool {
        try await self.opened().removePairs(of: model, before: id)
    }

    func models() async throws(StoreError) -> [String] { try await self.opened().models() }

    func compact() async throws(StoreError) { try await self.opened().compact() }

    func search(
        _ query: String,
        model: String,
        fields: Set<WordField>,
        limit: Int
    ) async throws(StoreError) -> [WordMatch] {
        try await self.opened().search(query, model: model, fields: fields, limit: limit)
    }
}
