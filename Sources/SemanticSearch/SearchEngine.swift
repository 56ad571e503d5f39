package import Logging
package import ServingCore

/// Keeps vectors of every model's kept pairs, and answers what is like what and which slices of traffic the candidate
/// changed. Reads the pairs out of the capture store, so that what it holds can be made again; all of it runs on the
/// executor's thread.
package actor SearchEngine {
    package struct Options: Sendable {
        /// Pairs of a model that can be searched; the oldest go first.
        package var pairs = 100_000
        /// Pairs of a model that the sentence model embeds.
        package var sentences = 20_000
        /// Where vectors are kept over restarts; nil: nowhere. Nothing else may lie there.
        package var folder: String?
        /// The mean divergence a slice of this model may have, for the gate.
        package var sliceMargin: @Sendable (String) -> Double = { _ in 0.04 }
        /// Microseconds since 1970.
        package var now: @Sendable () -> Int64

        package init(now: @escaping @Sendable () -> Int64) { self.now = now }
    }

    nonisolated let executor: IdleExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    nonisolated let published = PublishedFindings()
    nonisolated let questions = OpenQuestions()
    let store: any CaptureStore
    let words: (any WordIndex)?
    /// For every pair, and for the sample and the most divergent.
    let texts: (any TextEmbedder)?
    let sentences: (any TextEmbedder)?
    let options: Options
    let logger: Logger
    var collections: [String: Collection] = [:]
    /// Pairs up to these ids are known, those of the last moments aside.
    var settled: [String: Int64] = [:]
    var textCache = VectorCache(limit: 16_384)
    var sentenceCache = VectorCache(limit: 4_096)
    /// Ids; the last is next.
    var sentenceQueue: [String: [Int64]] = [:]
    /// By model and release.
    var slices: [String: [Int64: SliceState]] = [:]
    /// What coverage was measured of last.
    var measured: [String: Reach] = [:]
    var timers = Timers()
    weak var archive: ArchiveTicket?
    /// Searches that wait while one is answered.
    var queue: [CheckedContinuation<Void, Never>] = []
    var isAnswering = false
    private var told: Set<String> = []

    private static let mostTold = 256

    /// - Parameter words: closed when `run` ends.
    package init(
        store: any CaptureStore,
        words: (any WordIndex)?,
        texts: (any TextEmbedder)?,
        sentences: (any TextEmbedder)?,
        options: Options,
        logger: Logger,
        executor: IdleExecutor
    ) {
        self.store = store
        self.words = words
        self.texts = texts
        self.sentences = sentences
        self.options = options
        self.logger = logger
        self.executor = executor
    }

    /// How long questions, one after the other, may hold up the index.
    private static let patience = Duration.seconds(1)

    /// Indexes until the surrounding task is cancelled, then saves. Whoever asks something comes first.
    package func run() async {
        var lastStep = ContinuousClock.now
        while !Task.isCancelled {
            if self.questions.areThere, ContinuousClock.now - lastStep < Self.patience {
                try? await Task.sleep(for: .milliseconds(10))
                continue
            }
            lastStep = .now
            let hasWorked = await self.step()
            if !hasWorked { try? await Task.sleep(for: .milliseconds(200)) }
        }
        self.save()
        await self.words?.close()
    }

    /// One piece of work for each model: new pairs, or when there are none whatever else is most urgent. Some milliseconds,
    /// for slices and coverage seconds. False when there is nothing to do.
    package func step() async -> Bool {
        var hasWorked = false
        do throws(StoreError) {
            try await self.refreshWhenDue()
            let models = self.collections.keys.sorted()
            for model in models {
                if try await self.embedNext(of: model) { hasWorked = true }
            }
            guard !hasWorked else { return true }
            for model in models {
                if try await self.improve(model) { hasWorked = true }
            }
        } catch {
            self.note("kept pairs cannot be read for search: \(error)")
        }
        return hasWorked
    }

    /// What the gate waits for comes before the sentence model, which may take hours.
    private func improve(_ model: String) async throws(StoreError) -> Bool {
        if self.maintain(model) { return true }
        if try await self.discoverSlices(of: model) { return true }
        if self.measureCoverage(of: model) { return true }
        return try await self.embedSentences(of: model)
    }

    /// Tells what could not be done, each sentence once.
    func note(_ problem: String) {
        guard self.told.count < Self.mostTold, self.told.insert(problem).inserted else { return }
        self.logger.error("search", metadata: ["problem": "\(problem)"])
    }
}
