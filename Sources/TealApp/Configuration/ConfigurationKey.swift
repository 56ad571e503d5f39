import Gateway
import HTTP1
import Logging
import NIOCore
import SemanticSearch
import Slots
import SystemPackage

/// One key of `teal.yaml`, and how its text becomes part of the configuration. The table below is the whole schema:
/// what is not in it is refused.
struct ConfigurationKey: Sendable {
    let name: String
    let help: String
    /// The value must not be shown.
    let isSecret: Bool
    let apply: @Sendable (String, inout TealConfiguration) throws(Invalid) -> Void

    /// What a value should have been.
    struct Invalid: Error {
        let expectation: String
    }

    static let all: [ConfigurationKey] = [
        .init("models", "folder of the model repository") { $0.models = FilePath($1) },
        .init("data", "folder of the databases") { $0.data = FilePath($1) },
        .init("onnxruntime", "path of ONNX Runtime's shared library") { $0.onnxRuntime = FilePath($1) },
        .number("threads", 1...1_024, "event loops of the data plane") { $0.threads = $1 },
        .duration("drainLimit", "how long a stop waits for running requests") { $0.drainLimit = $1 },
        .init("log.level", "trace, debug, info, notice, warning, error or critical", Self.logLevel),
        .init("http.host", "address the inference API listens on") { $0.httpHost = $1 },
        .number("http.port", 0...65_535, "port of the inference API; 0 lets the system choose") { $0.httpPort = $1 },
        .flag("http.repositoryControl", "load and unload through the V2 repository routes") {
            $0.repositoryControl = $1
        },
        .flag("http.tritonStatus", "400 instead of 503 for what is not ready, as Triton does") { $0.tritonStatus = $1 },
        .number("http.bodyBytes", 1...(1 << 40), "largest request body") { $0.limits.bodyBytes = $1 },
        .number("http.headBytes", 512...(1 << 24), "largest request head") { $0.limits.headBytes = $1 },
        .number("http.headerFieldBytes", 64...(1 << 24), "largest header field") { $0.limits.headerFieldBytes = $1 },
        .number("http.headerFields", 1...10_000, "most header fields") { $0.limits.headerFields = $1 },
        .number("http.targetBytes", 64...(1 << 20), "longest request target") { $0.limits.targetBytes = $1 },
        .duration("http.headTimeout", "first to last byte of a head") { $0.limits.headTimeout = TimeAmount($1) },
        .duration("http.bodyIdleTimeout", "between two pieces of a body") {
            $0.limits.bodyIdleTimeout = TimeAmount($1)
        },
        .duration("http.bodyTimeout", "first to last byte of a body") { $0.limits.bodyTimeout = TimeAmount($1) },
        .duration("http.keepAliveIdle", "between two requests") { $0.limits.keepAliveIdle = TimeAmount($1) },
        .duration("http.writeStallTimeout", "client reads nothing") { $0.limits.writeStallTimeout = TimeAmount($1) },
        .number("http.requestsPerConnection", 1...(1 << 40), "then the connection is closed") {
            $0.limits.requestsPerConnection = $1
        },
        .number("http.connectionsPerAddress", 1...1_000_000, "open connections of one client address") {
            $0.limits.connectionsPerAddress = $1
        },
        .number("http.connections", 1...1_000_000, "open connections in all") { $0.limits.connections = $1 },
        .number("overload.inFlight", 1...1_000_000, "requests that are answered at once, of all models") {
            $0.overload.inFlight = $1
        },
        .duration("overload.target", "a wait that is no reason to refuse requests") {
            $0.overload.target = UInt64(clamping: TimeAmount($1).nanoseconds)
        },
        .duration("overload.interval", "how long requests must wait longer before some are refused") {
            $0.overload.interval = UInt64(clamping: TimeAmount($1).nanoseconds)
        },
        .duration("captures.maxAge", "older captured pairs are removed") { $0.captureAge = $1 },
        .number("captures.maxBytes", (16 << 20)...(1 << 46), "size at which the oldest pairs are removed") {
            $0.captureBytes = Int64($1)
        },
        .flag("search.enabled", "whether kept pairs are embedded and can be searched") { $0.search.isEnabled = $1 },
        .number("search.pairs", 1_000...2_000_000, "newest pairs of a model that can be searched") {
            $0.search.pairs = $1
        },
        .init("search.static", "table of the embedder that every text goes through") { $0.search.table = FilePath($1) },
        .init("search.model", "ONNX model that embeds the most divergent pairs and a sample") {
            $0.search.model = FilePath($1)
        },
        .init("search.vocabulary", "its WordPiece vocabulary, a token a line") { $0.search.vocabulary = FilePath($1) },
        .init("search.pooling", "mean or cls: what becomes of its tokens' vectors", Self.pooling),
        .number("search.tokens", 3...4_096, "tokens of a text it reads") { $0.search.options.maximumTokens = $1 },
        .init("search.queryPrefix", "what it wants before a text that is looked for") {
            $0.search.options.queryPrefix = $1
        },
        .init("search.passagePrefix", "what it wants before a text that is looked among") {
            $0.search.options.passagePrefix = $1
        },
        .init("admin.host", "address the admin API listens on") { $0.adminHost = $1 },
        .number("admin.port", 0...65_535, "port of the admin API; 0 lets the system choose") { $0.adminPort = $1 },
        .init("admin.token", "bearer token of the admin API", isSecret: true) { $0.adminToken = $1 },
        .init("webhooks.urls", "addresses told of verdicts and cutovers, separated by commas", Self.webhooks),
        .init("webhooks.secret", "key of the webhooks' signature", isSecret: true) { $0.webhookSecret = $1 },
    ]

    private init(
        _ name: String,
        _ help: String,
        isSecret: Bool = false,
        _ set: @escaping @Sendable (inout TealConfiguration, String) throws(Invalid) -> Void
    ) {
        self.name = name
        self.help = help
        self.isSecret = isSecret
        self.apply = { (text, configuration) throws(Invalid) in
            guard !text.isEmpty else { throw Invalid(expectation: "must not be empty") }
            try set(&configuration, text)
        }
    }

    private static func number(
        _ name: String,
        _ range: ClosedRange<Int>,
        _ help: String,
        _ set: @escaping @Sendable (inout TealConfiguration, Int) -> Void
    ) -> ConfigurationKey {
        ConfigurationKey(name, help) { (configuration, text) throws(Invalid) in
            guard let value = Int(text), range.contains(value) else {
                throw Invalid(expectation: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            set(&configuration, value)
        }
    }

    private static func flag(
        _ name: String,
        _ help: String,
        _ set: @escaping @Sendable (inout TealConfiguration, Bool) -> Void
    ) -> ConfigurationKey {
        ConfigurationKey(name, help) { (configuration, text) throws(Invalid) in
            guard let value = Bool(text) else { throw Invalid(expectation: "must be true or false") }
            set(&configuration, value)
        }
    }

    private static func duration(
        _ name: String,
        _ help: String,
        _ set: @escaping @Sendable (inout TealConfiguration, Duration) -> Void
    ) -> ConfigurationKey {
        ConfigurationKey(name, help) { (configuration, text) throws(Invalid) in
            guard let value = ManifestDuration(text), value.nanoseconds > 0 else {
                throw Invalid(expectation: "must be a whole number and a unit, such as 500ms, 5s, 1m or 7d")
            }
            set(&configuration, .nanoseconds(Int64(value.nanoseconds)))
        }
    }

    private static func webhooks(_ configuration: inout TealConfiguration, _ text: String) throws(Invalid) {
        let urls = text.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }
        let isUsable = urls.allSatisfy { $0.hasPrefix("http://") || $0.hasPrefix("https://") }
        guard !urls.isEmpty, urls.count <= 8, isUsable else {
            throw Invalid(expectation: "must be one to eight addresses that begin with http:// or https://")
        }
        configuration.webhooks = urls
    }

    private static func pooling(_ configuration: inout TealConfiguration, _ text: String) throws(Invalid) {
        guard let pooling = OnnxTextOptions.Pooling(rawValue: text) else {
            throw Invalid(expectation: "must be mean or cls")
        }
        configuration.search.options.pooling = pooling
    }

    private static func logLevel(_ configuration: inout TealConfiguration, _ text: String) throws(Invalid) {
        guard let level = Logger.Level(rawValue: text) else {
            throw Invalid(expectation: "must be trace, debug, info, notice, warning, error or critical")
        }
        configuration.logLevel = level
    }
}
