import ServingCore
import TestSupport

/// A store whose answers let others run first, and whose pairs are so large that a page holds few.
struct HaltingStore: CaptureStore {
    let store: InMemoryCaptureStore
    var page = 1_000

    private func halt() async {
        for _ in 0..<3 { await Task.yield() }
    }

    func releases(model: String?, limit: Int) async throws(StoreError) -> [Release] {
        await self.halt()
        return try await self.store.releases(model: model, limit: limit)
    }

    func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary] {
        let pairs = try await self.store.pairs(query)
        await self.halt()
        return pairs
    }

    func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        await self.halt()
        return try await self.store.stored(among: ids)
    }

    func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair] {
        let pairs = try await self.store.pairs(ids)
        await self.halt()
        return Array(pairs.prefix(self.page))
    }

    // MARK: As they are

    func append(_ pair: CapturedPair) -> Bool { self.store.append(pair) }
    func save(_ release: Release) { self.store.save(release) }
    func save(evidence: [UInt8], of release: Int64) { self.store.save(evidence: evidence, of: release) }
    func flush() async {}
    func close() async {}
    func figures() -> CaptureFigures { self.store.figures() }

    func evidence(of release: Int64) async throws(StoreError) -> [UInt8]? {
        try await self.store.evidence(of: release)
    }

    func pair(_ id: Int64) async throws(StoreError) -> CapturedPair? { try await self.store.pair(id) }

    func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair] {
        try await self.store.pairs(model: model, release: release, after: after, limit: limit)
    }

    func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]] {
        try await self.store.bodies(query, bytes: bytes)
    }

    func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair? {
        try await self.store.pair(requestHash: requestHash, model: model)
    }

    func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome] {
        try await self.store.append(feedback: feedback)
    }

    func losses(of release: Int64, after sequence: Int64, limit: Int) async throws(StoreError) -> [PairLoss] {
        try await self.store.losses(of: release, after: sequence, limit: limit)
    }
}
