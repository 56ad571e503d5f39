import Crypto
import Glibc
import Inference
import Logging
import SemanticSearch
import ServingCore
import SystemPackage

/// The embedders and the index of kept pairs, wired together. Nobody who is served depends on them: what cannot be had is
/// done without, and the log says so.
struct SearchParts: Sendable {
    /// Tells the meaning of answers that are texts; nil without the static embedder.
    let meaning: StaticEmbedder?
    let sentences: LazyTextEmbedder?
    let configuration: TealConfiguration

    private static let fileLimit = 1 << 30

    /// Reads the static embedder, and the sentence model when the configuration names it: what is named must be usable.
    static func open(
        _ configuration: TealConfiguration,
        runtime: OnnxRuntime,
        logger: Logger
    ) throws(ConfigurationError) -> SearchParts {
        let search = configuration.search
        guard search.isEnabled else { return SearchParts(nil, nil, configuration) }
        return SearchParts(
            try Self.staticEmbedder(search, logger),
            try Self.sentenceEmbedder(search, runtime, logger),
            configuration
        )
    }

    private init(_ meaning: StaticEmbedder?, _ sentences: LazyTextEmbedder?, _ configuration: TealConfiguration) {
        self.meaning = meaning
        self.sentences = sentences
        self.configuration = configuration
    }

    private static func staticEmbedder(
        _ search: SearchConfiguration,
        _ logger: Logger
    ) throws(ConfigurationError) -> StaticEmbedder? {
        let usual = "embedders/static-en.bin"
        guard let path = search.table ?? CheckoutFile.places(usual).first else {
            logger.warning("texts cannot be searched", metadata: ["problem": "\(usual) is not here"])
            return nil
        }
        do throws(ConfigurationError) {
            return try Self.staticEmbedder(path)
        } catch {
            if search.table != nil { throw error }
            logger.error("texts cannot be searched", metadata: ["problem": "\(error)"])
            return nil
        }
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
        _ runtime: OnnxRuntime,
        _ logger: Logger
    ) throws(ConfigurationError) -> LazyTextEmbedder? {
        let usual = { (name: String) in CheckoutFile.places(".deps/minilm/\(name)").first }
        let isNamed = search.model != nil || search.vocabulary != nil
        guard let model = search.model ?? usual("model.onnx"), let words = search.vocabulary ?? usual("vocab.txt")
        else {
            guard !isNamed else {
                throw ConfigurationError(
                    search.model != nil
                        ? "search.model: name its vocabulary too, with search.vocabulary"
                        : "search.vocabulary: name its model too, with search.model"
                )
            }
            logger.info("no sentence model is here: `make setup` fetches one into .deps/minilm")
            return nil
        }
        let embedder = LazyTextEmbedder(name: search.model?.stem ?? "minilm") {
            do throws(ConfigurationError) {
                return .success(try Self.read(model, words, search, runtime))
            } catch {
                if !isNamed { logger.error("texts are searched with less", metadata: ["problem": "\(error)"]) }
                return .failure(EmbeddingError("\(error)"))
            }
        }
        guard isNamed else { return embedder }
        do throws(EmbeddingError) {
            try embedder.embedder()
        } catch {
            throw ConfigurationError("\(error)")
        }
        return embedder
    }

    private static func read(
        _ model: FilePath,
        _ words: FilePath,
        _ search: SearchConfiguration,
        _ runtime: OnnxRuntime
    ) throws(ConfigurationError) -> OnnxTextEmbedder {
        let bytes = try Self.read(model, "search.model")
        let vocabulary = try Self.read(words, "search.vocabulary")
        do {
            return try OnnxTextEmbedder(
                name: search.model?.stem ?? "minilm",
                modelDigest: SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
                tokenizer: try WordPieceTokenizer(vocabulary: vocabulary),
                engine: try runtime.load(TensorBytes(copying: bytes), options: EngineOptions(memoryArena: true)),
                options: search.options
            )
        } catch {
            throw ConfigurationError("search.model: \(model) with \(words): \(error)")
        }
    }

    private static func read(_ path: FilePath, _ key: String) throws(ConfigurationError) -> [UInt8] {
        // Links are followed here, not by what reads the file.
        guard access(path.string, R_OK) == 0, let resolved = realpath(path.string, nil) else {
            throw ConfigurationError("\(key): cannot read \(path): \(Errno(rawValue: errno))")
        }
        defer { free(resolved) }
        guard let bytes = AtomicFile.read(String(cString: resolved), limit: Self.fileLimit) else {
            throw ConfigurationError("\(key): \(path) is no file of at most 1 GiB")
        }
        return bytes
    }
}
