package import ServingCore
import Synchronization

/// The control store's contract without a disk. Several owners may share one: a test restarts its subject by giving
/// the same store to a new one. Failures are set from outside.
package final class InMemoryControlStore: ControlStore {
    package enum Operation: Sendable, Hashable, CaseIterable {
        case records
        case begin
        case commit
        case audit
        case reply
        case saveVerdict
        case verdicts
    }

    private struct State {
        var records: [String: ModelRecord] = [:]
        var intents: [String: CutoverIntent] = [:]
        var entries: [AuditEntry] = []
        var replies: [String: IdempotentReply] = [:]
        var verdicts: [StoredVerdict] = []
        var lastVerdict: Int64 = 0
        var failures: [Operation: StoreError] = [:]
    }

    private let state = Mutex(State())
    private let now: @Sendable () -> Int64

    /// `now` is microseconds since 1970; it decides when replies expire.
    package init(now: @escaping @Sendable () -> Int64 = { WallClock.microseconds }) {
        self.now = now
    }

    /// From now on `operations` throw `failure`; nil heals them.
    package func fail(_ operations: Set<Operation> = [.begin, .commit], with failure: StoreError?) {
        self.state.withLock { state in
            for operation in operations { state.failures[operation] = failure }
        }
    }

    /// Everything in the audit log, oldest first.
    package var entries: [AuditEntry] { self.state.withLock { $0.entries } }

    package func records() async throws(StoreError) -> [ModelRecord] {
        try self.perform(.records) { state throws(StoreError) in
            Set(state.records.keys).union(state.intents.keys).sorted().map { model in
                var record = state.records[model] ?? ModelRecord(model: model)
                record.intent = state.intents[model]
                return record
            }
        }
    }

    package func begin(_ intent: CutoverIntent) async throws(StoreError) {
        try self.perform(.begin) { state throws(StoreError) in
            let current = state.records[intent.model]?.revision ?? 0
            guard current == intent.revision else { throw .staleRevision(current: current) }
            state.intents[intent.model] = intent
        }
    }

    package func commit(_ change: ControlChange) async throws(StoreError) -> Int64 {
        try self.perform(.commit) { state throws(StoreError) in
            let stored = state.records[change.record.model]
            let current = stored?.revision ?? 0
            let isNext = change.record.revision == current + 1
            let isSame = change.record.revision == current && (stored == nil || stored?.live == change.record.live)
            guard isNext || isSame else { throw .staleRevision(current: current) }
            var record = change.record
            record.intent = nil
            state.records[record.model] = record
            state.intents[record.model] = nil
            var entry = change.entry
            entry.id = Int64(state.entries.count) + 1
            state.entries.append(entry)
            if var reply = change.reply {
                reply.audit = entry.id
                state.replies[reply.key] = reply
            }
            return entry.id
        }
    }

    package func audit(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] {
        try self.perform(.audit) { state throws(StoreError) in
            let matching = state.entries.reversed().filter { entry in
                entry.id < query.before ?? .max && (query.model == nil || query.model == entry.model)
            }
            return Array(matching.prefix(min(max(1, query.limit), 1000)))
        }
    }

    package func reply(forKey key: String) async throws(StoreError) -> IdempotentReply? {
        let oldest = self.now() - 24 * 60 * 60 * 1_000_000
        return try self.perform(.reply) { state throws(StoreError) in
            state.replies[key].flatMap { $0.at > oldest ? $0 : nil }
        }
    }

    package func auditCount() async throws(StoreError) -> Int64 {
        try self.perform(.audit) { state throws(StoreError) in Int64(state.entries.count) }
    }

    package func save(_ verdict: StoredVerdict) async throws(StoreError) -> Int64 {
        try self.perform(.saveVerdict) { state throws(StoreError) in
            state.lastVerdict += 1
            var verdict = verdict
            verdict.id = state.lastVerdict
            state.verdicts.append(verdict)
            let held = state.verdicts.filter { $0.model == verdict.model && $0.decision == .hold }.map(\.id)
            let gone = Set(held.dropLast(StoredVerdict.heldLimit))
            state.verdicts.removeAll { gone.contains($0.id) }
            return verdict.id
        }
    }

    package func verdict(_ id: Int64) async throws(StoreError) -> StoredVerdict? {
        try self.perform(.verdicts) { state throws(StoreError) in state.verdicts.first { $0.id == id } }
    }

    package func verdicts(model: String?, limit: Int) async throws(StoreError) -> [StoredVerdict] {
        try self.perform(.verdicts) { state throws(StoreError) in
            let matching = state.verdicts.reversed().filter { model == nil || model == $0.model }
            return Array(matching.prefix(min(max(1, limit), 1000)))
        }
    }

    package func rejection(
        model: String,
        candidate: String,
        policy: String
    ) async throws(StoreError) -> StoredVerdict? {
        try self.perform(.verdicts) { state throws(StoreError) in
            state.verdicts.last { verdict in
                verdict.decision == .reject && verdict.model == model && verdict.candidate == candidate
                    && verdict.policy == policy
            }
        }
    }

    private func perform<Value: Sendable>(
        _ operation: Operation,
        _ body: (inout sending State) throws(StoreError) -> sending Value
    ) throws(StoreError) -> Value {
        try self.state.withLock { state throws(StoreError) in
            if let failure = state.failures[operation] { throw failure }
            return try body(&state)
        }
    }
}
