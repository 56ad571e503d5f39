import Crypto
import Inference
import Logging
import SemanticSearch
import ServiceLifecycle
import ServingCore
import Storage
import SystemPackage
import Trials

/// The embedders and the index of kept pairs, wired together. Nobody who is served depends on them: what cannot be had is
/// done without, and the log says so.
struct SearchParts: Sendable {
    /// Tells the meaning of answers that are texts; nil without the static embedder.
    let meaning: StaticEmbedder?
    private let sentences: OnnxTextEmbedder?
    private let configuration: TealConfiguration

    private static let fileLimit = 1 << 30

    /// Reads the embedders. Blocks for some tenths of a second. What the configuration names must be usable.
    static func open(
        _ configuration: TealConfiguration,
        runtime: OnnxRuntime,
        logger: Logger
    ) throws(ConfigurationError) -> SearchParts {
        guard configuration.search.isEnabled else { return SearchParts(nil, nil, configuration) }
        let table = configuration.search.table ?? CheckoutFile.places("embedders/static-en.bin").first
        let isNamed = configuration.search.table != nil || configuration.search.model != nil
        var (meaning, sentences): (StaticEmbedder?, OnnxTextEmbedder?)
        do throws(ConfigurationError) {
            meaning = try table.map { (path) throws(ConfigurationError) in try Self.staticEmbedder(path) }
            sentences = try Self.sentenceEmbedder(configuration.search, runtime)
        } catch {
            if isNamed { throw error }
            logger.error("texts are searched with less", metadata: ["problem": "\(error)"])
        }
        if meaning == nil { logger.warning("texts cannot be searched: embedders/static-en.bin is not here") }
        if sentences == nil { logger.info("no sentence model is here: `make setup` fetches one into .deps/minilm") }
        return SearchParts(meaning, sentences, configuration)
    }

    private init(_ meaning: StaticEmbedder?, _ sentences: OnnxTextEmbedder?, _ configuration: TealConfiguration) {
        self.meaning = meaning
        self.sentences = sentences
        self.configuration = configuration
    }

    private static func staticEmbedder(_ path: FilePath) throws(ConfigurationError) -> StaticEmbedder {
        let bytes = try Self.read(path, "search.static")
        do throws(EmbedderFileError) {
            return try StaticEmbedder(contentsOf: bytes)
        } catch {
            throw ConfigurationError("search.static: \(path): \(error)")
        }
    }

    private static func sentenceEmbedder(
        _ search: SearchConfiguration,
        _ runtime: OnnxRuntime
    ) throws(ConfigurationError) -> OnnxTextEmbedder? {
        let places = { (name: String) in CheckoutFile.places(".deps/minilm/\(name)").first }
        guard let model = search.model ?? places("model.onnx"), let words = search.vocabulary ?? places("vocab.txt")
        else {
            return nil
        }
        let bytes = try Self.read(model, "search.model")
        let vocabulary = try Self.read(words, "search.vocabulary")
        do {
            return try OnnxTextEmbedder(
                name: search.model?.stem ?? "minilm",
                modelDigest: SHA256.hash(data: bytes).map { String($0, radix: 16) }.joined(),
                tokenizer: try WordPieceTokenizer(vocabulary: vocabulary),
                engine: try runtime.load(TensorBytes(copying: bytes), options: EngineOptions(memoryArena: true)),
                options: search.options
            )
        } catch {
            throw ConfigurationError("search.model: \(model) with \(words): \(error)")
        }
    }

    private static func read(_ path: FilePath, _ key: String) throws(ConfigurationError) -> [UInt8] {
        guard let bytes = AtomicFile.read(path.string, limit: Self.fileLimit) else {
            throw ConfigurationError("\(key): cannot read \(path)")
        }
        return bytes
    }

    /// Nil when search is off, or nothing is kept to search in.
    func engine(trials: TrialParts, logger: Logger) -> SearchEngine? {
        guard self.configuration.search.isEnabled, !(trials.store is UnavailableCaptureStore),
            let executor = IdleExecutor()
        else { return nil }
        var options = SearchEngine.Options(now: { WallClock.microseconds() })
        options.pairs = self.configuration.search.pairs
        options.folder = self.configuration.data.appending("search").string
        options.sliceMargin = { [recorder = trials.recorder] model in
            recorder.gateInput(of: model)?.policy.sliceMargin ?? GatePolicy().sliceMargin
        }
        return SearchEngine(
            store: trials.store,
            words: self.words(logger),
            texts: self.meaning,
            sentences: self.sentences,
            options: options,
            logger: logger,
            executor: executor
        )
    }

    private func words(_ logger: Logger) -> SQLiteWordIndex? {
        do throws(StoreOpenError) {
            let path = self.configuration.data.appending("words.db").string
            let (index, problem) = try SQLiteWordIndex.openBeginningAnew(path: path)
            if let problem { logger.warning("search", metadata: ["problem": "\(problem)"]) }
            return index
        } catch {
            logger.error("exact words cannot be searched", metadata: ["problem": "\(error)"])
            return nil
        }
    }
}

/// Keeps the index up to date until the gateway stops.
struct SearchService: Service {
    let engine: SearchEngine?

    func run() async throws {
        guard let engine else { return try await gracefulShutdown() }
        await cancelWhenGracefulShutdown { await engine.run() }
    }
}

extension GateInput {
    /// With what is known of the release's traffic.
    func with(_ engine: SearchEngine?) -> GateInput {
        guard let engine else { return self }
        let (findings, coverage) = engine.findings(model: self.release.model, release: self.release.id)
        var input = self
        input.slices = findings?.slices.map(SliceEvidence.init) ?? []
        input.coverage = coverage.map {
            CoverageEvidence(reference: UInt64($0.reference), covered: UInt64($0.covered), radius: $0.radius)
        }
        return input
    }
}

extension SliceEvidence {
    init(_ slice: Slice) {
        self.init(
            id: slice.id,
            label: slice.label,
            pairs: UInt64(slice.support),
            requests: UInt64(slice.excess.requests),
            mean: slice.inside.divergence,
            excess: slice.excess.mean,
            lower: slice.excess.lower,
            upper: slice.excess.upper,
            margin: slice.gate.margin,
            passE: slice.gate.passE,
            failE: slice.gate.failE
        )
    }
}
