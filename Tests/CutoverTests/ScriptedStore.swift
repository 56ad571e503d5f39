import ServingCore
import Synchronization
import TestSupport

/// A control store that remembers like `InMemoryControlStore` and, at a chosen call, fails or waits for the test. A
/// crash is a call after which the test gives the same memory to a new manager.
final class ScriptedStore: ControlStore {
    enum Step: Sendable, Hashable {
        case records, begin, commit, reply, saveVerdict
    }

    private struct Script {
        var failures: [Step: StoreError] = [:]
        /// Called, outside any lock, when the step is reached.
        var pauses: [Step: @Sendable () async -> Void] = [:]
        var calls: [Step: Int] = [:]
    }

    let memory: InMemoryControlStore
    private let script = Mutex(Script())

    init(_ memory: InMemoryControlStore = InMemoryControlStore()) {
        self.memory = memory
    }

    /// From now on `step` throws `failure`; nil heals it.
    func fail(_ step: Step, with failure: StoreError? = .unavailable("the disk is full")) {
        self.script.withLock { $0.failures[step] = failure }
    }

    /// The next `step` waits for `pause`; those after it do not.
    func pauseNext(_ step: Step, _ pause: @escaping @Sendable () async -> Void) {
        self.script.withLock { $0.pauses[step] = pause }
    }

    func calls(_ step: Step) -> Int { self.script.withLock { $0.calls[step] ?? 0 } }

    func records() async throws(StoreError) -> [ModelRecord] {
        try await self.reach(.records)
        return try await self.memory.records()
    }

    func begin(_ intent: CutoverIntent) async throws(StoreError) {
        try await self.reach(.begin)
        try await self.memory.begin(intent)
    }

    func commit(_ change: ControlChange) async throws(StoreError) -> Int64 {
        try await self.reach(.commit)
        return try await self.memory.commit(change)
    }

    func audit(_ query: AuditQuery) async throws(StoreError) -> [AuditEntry] { try await self.memory.audit(query) }

    func reply(forKey key: String) async throws(StoreError) -> IdempotentReply? {
        try await self.reach(.reply)
        return try await self.memory.reply(forKey: key)
    }

    func auditCount() async throws(StoreError) -> Int64 { try await self.memory.auditCount() }

    func save(_ verdict: StoredVerdict) async throws(StoreError) -> Int64 {
        try await self.reach(.saveVerdict)
        return try await self.memory.save(verdict)
    }

    func verdict(_ id: Int64) async throws(StoreError) -> StoredVerdict? { try await self.memory.verdict(id) }

    func verdicts(model: String?, limit: Int) async throws(StoreError) -> [StoredVerdict] {
        try await self.memory.verdicts(model: model, limit: limit)
    }

    func rejection(model: String, candidate: String, policy: String) async throws(StoreError) -> StoredVerdict? {
        try await self.memory.rejection(model: model, candidate: candidate, policy: policy)
    }

    private func reach(_ step: Step) async throws(StoreError) {
        let pause = self.script.withLock { script in
            script.calls[step, default: 0] += 1
            return script.pauses.removeValue(forKey: step)
        }
        await pause?()
        if let failure = self.script.withLock({ $0.failures[step] }) { throw failure }
    }
}

/// Holds asynchronous callers back until a test opens it; stays open.
final class AsyncGate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
    }

    private let state = Mutex(State())

    /// How many have come to the gate.
    var arrivals: Int { self.state.withLock { $0.arrivals } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
