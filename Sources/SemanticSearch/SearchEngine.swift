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
        /// Where vectors are kept over restarts; nil: nowhere.
        package var folder: String?
        /// The mean divergence a slice of this model may have, for the gate.
        package var sliceMargin: @Sendable (String) -> Double = { _ in 0.04 }
        /// Microseconds since 1970.
        package var now: @Sendable () -> Int64

        package init(now: @escaping @Sendable () -> Int64) { self.now = now }
    }

    nonisolated let executor: any SerialExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    nonisolated let published = PublishedFindings()
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
    var sentenceQueue: [String: [UInt32]] = [:]
    var slices: [String: SliceState] = [:]
    var coverage: [String: CoverageFinding] = [:]
    var timers = Timers()
    /// What could not be done, once for each kind.
    private var told: Set<String> = []

    package init(
        store: any CaptureStore,
        words: (any WordIndex)?,
        texts: (any TextEmbedder)?,
        sentences: (any TextEmbedder)?,
        options: Options,
        logger: Logger,
        executor: any SerialExecutor
    ) {
        self.store = store
        self.words = words
        self.texts = texts
        self.sentences = sentences
        self.options = options
        self.logger = logger
        self.executor = executor
    }

    /// Indexes until the surrounding task is cancelled, then saves.
    package func run() async {
        while !Task.isCancelled {
            let hasWorked = await self.step()
            if !hasWorked { try? await Task.sleep(for: .milliseconds(200)) }
        }
        self.save()
    }

    /// One piece of work of some milliseconds: whatever is most urgent. False when there is nothing to do.
    package func step() async -> Bool {
        do throws(StoreError) {
            try await self.refreshWhenDue()
            for model in self.collections.keys.sorted() {
                if try await self.embedNext(of: model) { return true }
            }
            for model in self.collections.keys.sorted() {
                if self.maintain(model) { return true }
                if try await self.embedSentences(of: model) { return true }
                if try await self.discoverSlices(of: model) { return true }
                if self.measureCoverage(of: model) { return true }
            }
        } catch {
            self.note("store", "kept pairs cannot be read for search: \(error)")
        }
        return false
    }

    func note(_ kind: String, _ problem: String) {
        guard self.told.insert(kind).inserted else { return }
        self.logger.error("search", metadata: ["problem": "\(problem)"])
    }
}
