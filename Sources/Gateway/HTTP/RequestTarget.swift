package import OpenAI

/// What a request line asks for, parsed once.
package enum RequestTarget: Equatable {
    case infer(model: String, version: Int?)
    case modelMetadata(model: String, version: Int?)
    case modelReady(model: String, version: Int?)
    case serverMetadata
    case live
    case ready
    case repositoryIndex
    case repositoryLoad(model: String)
    case repositoryUnload(model: String)
    case openAI(OpenAIOperation)
    case openAIModels
    /// KServe V1 and TensorFlow Serving.
    case predict(model: String, version: Int?)
    case predictStatus(model: String, version: Int?)
    case unknown
    /// The path itself is not acceptable.
    case malformed(String)

    /// The one method each target takes.
    package var method: StaticString {
        switch self {
        case .infer, .repositoryIndex, .repositoryLoad, .repositoryUnload, .openAI, .predict: "POST"
        case .modelMetadata, .modelReady, .serverMetadata, .live, .ready, .openAIModels, .predictStatus, .unknown,
            .malformed:
            "GET"
        }
    }

    /// Parses an origin-form target. The query is ignored, runs of `/` count as one, escapes are decoded once, and an
    /// escaped `/`, `%` or NUL is refused, because servers behind and before us might read it differently.
    package init(parsing target: String) {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard path.first == UInt8(ascii: "/") else {
            self = .malformed("the request target must be a path that starts with '/'")
            return
        }
        var segments: [String] = []
        for raw in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            guard let segment = Self.decode(raw) else {
                self = .malformed("the path holds a broken or forbidden escape")
                return
            }
            guard segment != ".", segment != ".." else {
                self = .malformed("the path must not hold '.' or '..'")
                return
            }
            segments.append(segment)
        }
        self = Self.match(segments[...])
    }

    private static func match(_ segments: ArraySlice<String>) -> RequestTarget {
        let rest = segments.dropFirst()
        if segments.first == "v1" { return Self.matchV1(rest) }
        guard segments.first == "v2" else { return .unknown }
        switch rest.first {
        case nil: return .serverMetadata
        case "health": return Self.matchHealth(rest.dropFirst())
        case "models": return Self.matchModel(rest.dropFirst())
        case "repository": return Self.matchRepository(rest.dropFirst())
        default: return .unknown
        }
    }

    private static func matchV1(_ rest: ArraySlice<String>) -> RequestTarget {
        if let operation = OpenAIOperation.allCases.first(where: { $0.segments == Array(rest) }) {
            return .openAI(operation)
        }
        guard rest.first == "models" else { return .unknown }
        return rest.count == 1 ? .openAIModels : Self.matchPredict(rest.dropFirst())
    }

    /// `MODEL`, `MODEL:predict`, and the same with `/versions/N` between.
    private static func matchPredict(_ rest: ArraySlice<String>) -> RequestTarget {
        guard rest.count == 1 || rest.count == 3, var last = rest.last else { return .unknown }
        let isPredict = last.hasSuffix(":predict")
        if isPredict { last.removeLast(":predict".count) }
        guard let first = rest.first, rest.count == 3 else {
            return isPredict ? .predict(model: last, version: nil) : .predictStatus(model: last, version: nil)
        }
        guard rest.dropFirst().first == "versions", last.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let version = Int(last)
        else { return .unknown }
        return isPredict ? .predict(model: first, version: version) : .predictStatus(model: first, version: version)
    }

    private static func matchHealth(_ rest: ArraySlice<String>) -> RequestTarget {
        guard rest.count == 1 else { return .unknown }
        switch rest.first {
        case "live": return .live
        case "ready": return .ready
        default: return .unknown
        }
    }

    private static func matchModel(_ rest: ArraySlice<String>) -> RequestTarget {
        guard let model = rest.first else { return .unknown }
        var rest = rest.dropFirst()
        var version: Int?
        if rest.first == "versions" {
            rest = rest.dropFirst()
            guard let text = rest.first, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(text)
            else { return .unknown }
            version = number
            rest = rest.dropFirst()
        }
        guard rest.count <= 1 else { return .unknown }
        switch rest.first {
        case nil: return .modelMetadata(model: model, version: version)
        case "ready": return .modelReady(model: model, version: version)
        case "infer": return .infer(model: model, version: version)
        default: return .unknown
        }
    }

    /// `repository/index` and `repository/models/{m}/load`, with an optional repository name before, as Triton takes it.
    private static func matchRepository(_ rest: ArraySlice<String>) -> RequestTarget {
        let known = rest.count == 2 || rest.count == 4 ? rest.dropFirst() : rest
        if known.count == 1, known.first == "index" { return .repositoryIndex }
        guard known.count == 3, known.first == "models", let model = known.dropFirst().first else { return .unknown }
        switch known.last {
        case "load": return .repositoryLoad(model: model)
        case "unload": return .repositoryUnload(model: model)
        default: return .unknown
        }
    }

    private static func decode(_ raw: Substring.UTF8View) -> String? {
        guard raw.contains(UInt8(ascii: "%")) else { return String(Substring(raw)) }
        var bytes: [UInt8] = []
        var iterator = raw.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(Self.hexValue), let low = iterator.next().flatMap(Self.hexValue)
            else { return nil }
            let decoded = high << 4 | low
            guard decoded >= 0x20, decoded != 0x7F, decoded != UInt8(ascii: "/"), decoded != UInt8(ascii: "%") else {
                return nil
            }
            bytes.append(decoded)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}

extension OpenAIOperation {
    /// Of its path, behind `/v1`.
    fileprivate var segments: [String] {
        switch self {
        case .chatCompletions: ["chat", "completions"]
        case .completions: ["completions"]
        case .embeddings: ["embeddings"]
        }
    }
}
