import ServingCore
import Synchronization

/// Words in memory. What was removed counts as readable until it is compacted.
final class FakeWords: WordIndex {
    private struct State {
        var texts: [String: [Int64: [WordEntry]]] = [:]
        var hasRemoved: Set<String> = []
        var failure: StoreError?
        var isClosed = false
    }

    private let state = Mutex(State())
    let mark: String

    init(mark: String = "a") { self.mark = mark }

    /// From now on every call throws; nil heals.
    func fail(with failure: StoreError?) { self.state.withLock { $0.failure = failure } }

    var isClosed: Bool { self.state.withLock { $0.isClosed } }

    /// Pairs whose words are there or could still be read, ascending.
    func ids(of model: String = EngineSample.model) -> [Int64] {
        self.state.withLock { state in
            (state.hasRemoved.contains(model) ? [0] : []) + (state.texts[model]?.keys.sorted() ?? [])
        }
    }

    func add(_ entries: [WordEntry], model: String) async throws(StoreError) {
        try self.change { state in
            for (id, entries) in Dictionary(grouping: entries, by: \.id) {
                state.texts[model, default: [:]][id] = entries
            }
        }
    }

    func removePairs(of model: String, before id: Int64) async throws(StoreError) -> Bool {
        try self.change { state in
            let left = state.texts[model]?.filter { $0.key >= id }
            if left?.count != state.texts[model]?.count { state.hasRemoved.insert(model) }
            state.texts[model] = left
            return state.hasRemoved.contains(model)
        }
    }

    func compact() async throws(StoreError) {
        try self.change { state in
            state.hasRemoved = []
            state.texts = state.texts.filter { !$0.value.isEmpty }
        }
    }

    func search(
        _ query: String,
        model: String,
        fields: Set<WordField>,
        limit: Int
    ) async throws(StoreError) -> [WordMatch] {
        try self.change { state in
            let found = state.texts[model, default: [:]].filter { _, entries in
                entries.contains { fields.contains($0.field) && $0.text.contains(query) }
            }
            return found.keys.sorted(by: >).prefix(limit).map { WordMatch(id: $0, score: 1) }
        }
    }

    func models() async throws(StoreError) -> [String] { try self.change { $0.texts.keys.sorted() } }

    func close() async { self.state.withLock { $0.isClosed = true } }

    private func change<Value>(_ body: (inout State) -> Value) throws(StoreError) -> Value {
        try self.state.withLock { state throws(StoreError) in
            if let failure = state.failure { throw failure }
            return body(&state)
        }
    }
}
