package import ServingCore
import Synchronization

/// The capture store's contract without a disk. Several owners may share one: a test restarts its subject by giving the
/// same store to a new one. It can be made to drop what is written and to fail what is read.
package final class InMemoryCaptureStore: CaptureStore {
    fileprivate struct State {
        var releases: [Int64: Release] = [:]
        var evidence: [Int64: [UInt8]] = [:]
        var pairs: [Int64: CapturedPair] = [:]
        var figures = CaptureFigures()
        var isDropping = false
        var failure: StoreError?
        var evidenceWrites = 0
        /// In the order of acceptance, with what was told.
        var losses: [(loss: PairLoss, release: Int64, told: Int64)] = []

        func summaries(_ query: PairQuery) -> [CapturedPair.Summary] {
            let matching = self.pairs.values.map(\.summary).filter { query.matches($0) }
            let ordered = matching.sorted { one, two in
                query.order == .divergence && one.divergence != two.divergence
                    ? one.divergence > two.divergence : one.id > two.id
            }
            return Array(ordered.prefix(query.limit))
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// From now on pairs are dropped for `queue_full`; false heals it.
    package func drop(_ drops: Bool = true) { self.state.withLock { $0.isDropping = drops } }

    /// From now on the figures name `problem`.
    package func report(_ problem: String?) { self.state.withLock { $0.figures.problem = problem } }

    /// From now on reading and telling feedback throw `failure`; nil heals them.
    package func failReads(with failure: StoreError?) { self.state.withLock { $0.failure = failure } }

    /// Pairs in ascending order of id.
    package var allPairs: [CapturedPair] {
        self.state.withLock { state in state.pairs.values.sorted { $0.summary.id < $1.summary.id } }
    }

    package var evidenceWrites: Int { self.state.withLock { $0.evidenceWrites } }

    // MARK: Writing

    @discardableResult
    package func append(_ pair: CapturedPair) -> Bool {
        self.state.withLock { state in
            state.figures.appended += 1
            guard !state.isDropping else {
                state.figures.dropped["queue_full", default: 0] += 1
                return false
            }
            state.figures.stored += 1
            state.pairs[pair.summary.id] = pair
            return true
        }
    }

    package func save(_ release: Release) { self.state.withLock { $0.releases[release.id] = release } }

    package func save(evidence: [UInt8], of release: Int64) {
        self.state.withLock { state in
            state.evidence[release] = evidence
            state.evidenceWrites += 1
        }
    }

    package func flush() async {}
    package func close() async {}

    /// As retention does.
    package func remove(_ ids: [Int64]) { self.state.withLock { state in for id in ids { state.pairs[id] = nil } } }

    // MARK: Reading

    package func releases(model: String?, limit: Int) async throws(StoreError) -> [Release] {
        try self.read { state in
            let matching = state.releases.values.filter { model == nil || $0.model == model }
            return Array(matching.sorted { $0.id > $1.id }.prefix(limit))
        }
    }

    package func evidence(of release: Int64) async throws(StoreError) -> [UInt8]? {
        try self.read { $0.evidence[release] }
    }

    package func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary] {
        try self.read { $0.summaries(query) }
    }

    package func pair(_ id: Int64) async throws(StoreError) -> CapturedPair? { try self.read { $0.pairs[id] } }

    package func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        try self.read { state in Set(ids.filter { state.pairs[$0] != nil }) }
    }

    package func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair] {
        let query = PairQuery(model: model, release: release)
        return try self.read { state in
            let matching = state.pairs.values.filter { query.matches($0.summary) && $0.summary.id > after }
            return Array(matching.sorted { $0.summary.id < $1.summary.id }.prefix(limit))
        }
    }

    package func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair] {
        try self.read { state in ids.compactMap { state.pairs[$0] } }
    }

    package func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]] {
        try self.read { state in
            var left = bytes
            return state.summaries(query).compactMap { summary in
                guard let body = state.pairs[summary.id]?.body, body.count <= left else { return nil }
                left -= body.count
                return body
            }
        }
    }

    // MARK: Feedback

    package func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair? {
        try self.read { state in
            state.pairs.values.filter { $0.requestHash == requestHash && $0.summary.model == model }
                .max { $0.summary.id < $1.summary.id }
        }
    }

    package func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome] {
        try self.state.withLock { state throws(StoreError) in
            if let failure = state.failure { throw failure }
            return feedback.map { state.accept($0) }
        }
    }

    package func losses(
        of release: Int64,
        after sequence: Int64,
        limit: Int
    ) async throws(StoreError) -> [PairLoss] {
        try self.read { state in
            let matching = state.losses.filter { $0.release == release && $0.loss.sequence > sequence }
            return matching.prefix(min(max(1, limit), 1000)).map(\.loss)
        }
    }

    package func figures() -> CaptureFigures { self.state.withLock { $0.figures } }

    private func read<Value: Sendable>(_ body: (State) -> Value) throws(StoreError) -> Value {
        try self.state.withLock { state throws(StoreError) in
            if let failure = state.failure { throw failure }
            return body(state)
        }
    }
}

extension InMemoryCaptureStore.State {
    fileprivate mutating func accept(_ feedback: PairFeedback) -> FeedbackOutcome {
        if let earlier = self.losses.first(where: { $0.loss.pair == feedback.pair }) {
            return earlier.told == feedback.told ? .repeated(earlier.loss.sequence) : .contradicted
        }
        guard let pair = self.pairs[feedback.pair] else { return .unknown }
        func share(_ loss: Double) -> Double { loss.isNaN ? 1 : min(max(loss, 0), 1) }
        let loss = PairLoss(
            sequence: (self.losses.last?.loss.sequence ?? 0) + 1,
            pair: feedback.pair,
            live: share(feedback.live),
            candidate: share(feedback.candidate),
            segments: pair.summary.segments
        )
        self.losses.append((loss, pair.summary.release, feedback.told))
        return .accepted(loss.sequence)
    }
}

extension PairQuery {
    fileprivate func matches(_ pair: CapturedPair.Summary) -> Bool {
        guard pair.model == self.model, self.release ?? pair.release == pair.release else { return false }
        guard !self.divergedOnly || pair.diverged, self.candidateOutcome ?? pair.candidate == pair.candidate,
            self.liveOutcome ?? pair.live == pair.live
        else { return false }
        guard self.segment.map({ pair.segments.contains($0) }) ?? true else { return false }
        return pair.id >= self.from ?? .min && pair.id < self.until ?? .max && pair.id < self.before ?? .max
    }
}
