import ServingCore
import Storage
import Synchronization

/// Captures, as long as their file is this process's. While it is closed pairs are dropped and counted, and what is asked
/// throws `.unavailable`.
final class ReopenableCaptureStore: CaptureStore {
    private let store: Reopenable<SQLiteCaptureStore, ConfigurationError>
    private let closed: UnavailableCaptureStore
    /// Of the stores that were closed.
    private let past = Mutex(CaptureFigures())

    /// Opens the file. Blocks.
    init(
        _ open: @escaping @Sendable () throws(ConfigurationError) -> SQLiteCaptureStore
    ) throws(ConfigurationError) {
        self.store = try Reopenable(open)
        self.closed = UnavailableCaptureStore(
            "another process had the data folder and captures.db could not be opened again; restart teal"
        )
    }

    /// Blocks.
    func reopen() throws(ConfigurationError) { try self.store.reopen() }

    /// Takes nothing more, and returns when everything handed over before has been committed or dropped.
    func close() async {
        guard let store = self.store.take() else { return }
        await store.close()
        let figures = store.figures()
        self.past.withLock { $0.add(figures) }
    }

    private var current: any CaptureStore { self.store.value ?? self.closed }

    private func opened() throws(StoreError) -> SQLiteCaptureStore {
        guard let store = self.store.value else { throw .handedOver }
        return store
    }

    @discardableResult
    func append(_ pair: CapturedPair) -> Bool { self.current.append(pair) }

    func save(_ release: Release) { self.current.save(release) }

    func save(evidence: [UInt8], of release: Int64) { self.current.save(evidence: evidence, of: release) }

    func flush() async { await self.current.flush() }

    func figures() -> CaptureFigures {
        var figures = self.store.value?.figures() ?? CaptureFigures()
        let closed = self.closed.figures()
        figures.add(self.past.withLock { $0 })
        figures.add(closed)
        if self.store.value == nil { figures.problem = closed.problem }
        return figures
    }

    func releases(model: String?, limit: Int) async throws(StoreError) -> [Release] {
        try await self.opened().releases(model: model, limit: limit)
    }

    func evidence(of release: Int64) async throws(StoreError) -> [UInt8]? {
        try await self.opened().evidence(of: release)
    }

    func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary] {
        try await self.opened().pairs(query)
    }

    func pair(_ id: Int64) async throws(StoreError) -> CapturedPair? {
        try await self.opened().pair(id)
    }

    func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        try await self.opened().stored(among: ids)
    }

    func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair] {
        try await self.opened().pairs(model: model, release: release, after: after, limit: limit)
    }

    func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair] {
        try await self.opened().pairs(ids)
    }

    func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]] {
        try await self.opened().bodies(query, bytes: bytes)
    }

    func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair? {
        try await self.opened().pair(requestHash: requestHash, model: model)
    }

    func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome] {
        try await self.opened().append(feedback: feedback)
    }

    func losses(of release: Int64, after sequence: Int64, limit: Int) async throws(StoreError) -> [PairLoss] {
        try await self.opened().losses(of: release, after: sequence, limit: limit)
    }
}

extension CaptureFigures {
    /// Adds what another store counted and has in hand.
    fileprivate mutating func add(_ other: CaptureFigures) {
        self.appended &+= other.appended
        self.stored &+= other.stored
        self.dropped.merge(other.dropped) { $0 &+ $1 }
        self.expired &+= other.expired
    }
}
