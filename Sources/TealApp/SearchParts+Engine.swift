import Admin
import Foundation
import Logging
import SemanticSearch
import ServiceLifecycle
import ServingCore
import Storage
import SystemPackage
import Trials

extension SearchParts {
    /// Deletes what earlier processes made when search is switched off.
    func engine(
        trials: TrialParts,
        words: ReopenableWordIndex?,
        logger: Logger
    ) -> Result<SearchEngine, SearchUnavailable> {
        guard self.configuration.search.isEnabled else {
            self.forget(logger)
            return .failure(
                SearchUnavailable("search is switched off; `search.enabled: true` in the configuration turns it on")
            )
        }
        if trials.store is UnavailableCaptureStore {
            let why = trials.store.figures().problem ?? "captures are off"
            return .failure(SearchUnavailable("there is nothing to search in: \(why)"))
        }
        guard let executor = IdleExecutor() else {
            return .failure(SearchUnavailable("search could not be started: the system gives no more threads"))
        }
        var options = SearchEngine.Options(now: { WallClock.microseconds() })
        options.pairs = self.configuration.search.pairs
        options.folder = self.configuration.data.appending("search").string
        options.sliceMargin = { [recorder = trials.recorder] model in
            recorder.gateInput(of: model)?.policy.sliceMargin ?? GatePolicy().sliceMargin
        }
        return .success(
            SearchEngine(
                store: trials.store,
                words: words,
                texts: self.meaning,
                sentences: self.sentences,
                options: options,
                logger: logger,
                executor: executor
            )
        )
    }

    /// Vectors and words tell what pairs were about, and nobody would remove them with their pairs.
    private func forget(_ logger: Logger) {
        if !SQLiteWordIndex.delete(path: self.configuration.data.appending("words.db").string) {
            logger.error("words of earlier pairs are not removed: words.db is another program's or cannot be deleted")
        }
        let vectors = self.configuration.data.appending("search").string
        guard FileManager.default.fileExists(atPath: vectors) else { return }
        do {
            try FileManager.default.removeItem(atPath: vectors)
        } catch {
            logger.error("vectors of earlier pairs cannot be removed", metadata: ["problem": "\(error)"])
        }
    }

    /// The words of kept pairs; nil when search is off, or nothing is kept to search in, or the file cannot be used.
    func words(trials: TrialParts, logger: Logger) -> ReopenableWordIndex? {
        guard self.configuration.search.isEnabled, !(trials.store is UnavailableCaptureStore) else { return nil }
        let path = self.configuration.data.appending("words.db").string
        do throws(StoreOpenError) {
            return try ReopenableWordIndex { () throws(StoreOpenError) in
                let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: path)
                if let problem { logger.warning("search", metadata: ["problem": "\(problem)"]) }
                return index
            }
        } catch {
            logger.error("exact words cannot be searched", metadata: ["problem": "\(error)"])
            return nil
        }
    }
}

/// Keeps the index up to date until the gateway stops, except while another process has the data folder.
actor SearchService: Service {
    private let engine: SearchEngine?
    private var indexing: Task<Void, Never>?

    init(engine: SearchEngine?) { self.engine = engine }

    func run() async throws {
        self.resume()
        try? await gracefulShutdown()
        await self.pause()
    }

    func resume() {
        guard let engine, self.indexing == nil else { return }
        self.indexing = Task { await engine.run() }
    }

    /// Returns when the index is written down and nothing more is.
    func pause() async {
        let indexing = self.indexing.take()
        indexing?.cancel()
        await indexing?.value
    }
}
