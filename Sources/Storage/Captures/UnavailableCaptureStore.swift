package import ServingCore
import Synchronization

/// Stands in for a database that could not be opened: keeps nothing, counts the pairs it was given as dropped, and says
/// why to whoever asks.
package final class UnavailableCaptureStore: CaptureStore {
    private let problem: String
    private let dropped = Atomic<UInt64>(0)

    /// - Parameter problem: one sentence that says what to do.
    package init(_ problem: String) {
        self.problem = problem
    }

    @discardableResult
    package func append(_ pair: CapturedPair) -> Bool {
        self.dropped.wrappingAdd(1, ordering: .relaxed)
        return false
    }

    package func save(_ release: Release) {}
    package func save(evidence: [UInt8], of release: Int64) {}
    package func flush() async {}
    package func close() async {}

    package func figures() -> CaptureFigures {
        var figures = CaptureFigures()
        figures.appended = self.dropped.load(ordering: .relaxed)
        figures.dropped = ["unavailable": figures.appended]
        figures.problem = self.problem
        return figures
    }

    package func releases(model: String?, limit: Int) async throws(StoreError) -> [Release] {
        throw self.failure
    }

    package func evidence(of release: Int64) async throws(StoreError) -> [UInt8]? {
        throw self.failure
    }

    package func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary] {
        throw self.failure
    }

    package func pair(_ id: Int64) async throws(StoreError) -> CapturedPair? {
        throw self.failure
    }

    package func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        throw self.failure
    }

    package func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair] {
        throw self.failure
    }

    package func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair] {
        throw self.failure
    }

    package func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]] {
        throw self.failure
    }

    package func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair? {
        throw self.failure
    }

    package func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome] {
        throw self.failure
    }

    package func losses(of release: Int64, after sequence: Int64, limit: Int) async throws(StoreError) -> [PairLoss] {
        throw self.failure
    }

    private var failure: StoreError { .unavailable(self.problem) }
}
