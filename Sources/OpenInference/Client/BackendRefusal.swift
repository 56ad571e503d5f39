internal import NIOCore
internal import ServingCore

/// What a server says instead of an answer, as an error of ours. Its words are kept short and made safe to show.
enum BackendRefusal {
    /// Longer bodies are pages for browsers; their words are not looked for.
    private static let maxBytes = 64 << 10
    /// Of the server's words.
    private static let maxWords = 256

    /// For an answer with a status that is no success. Servers disagree: a model that is not ready is 400 at Triton and
    /// MLServer and 503 at KServe, and MLServer sends 400 for a model that failed.
    static func error(status: Int, _ body: ByteBuffer) -> InferenceError {
        let words = self.words(body).map { ": \($0)" } ?? ""
        return switch status {
        case 400, 411, 414, 415, 422:
            InferenceError(.invalidRequest, "the backend refused the request with status \(status)\(words)")
        case 413:
            InferenceError(.tooLarge, "the request is too large for the backend\(words)")
        case 401, 403, 407:
            InferenceError(.modelFailed, "the backend does not let the gateway in (status \(status))\(words)")
        case 404, 410:
            InferenceError(.modelFailed, "the backend does not know the model (status \(status))\(words)")
        case 408, 504:
            InferenceError(.timeout, "the backend gave up with status \(status)\(words)")
        case 429, 503:
            InferenceError(.overloaded, "the backend is busy or not ready (status \(status))\(words)")
        case 501:
            InferenceError(.unsupported, "the backend does not offer this\(words)")
        case 300..<400:
            InferenceError(.modelFailed, "the backend redirects (status \(status)), which is not followed")
        default:
            InferenceError(.modelFailed, "the backend failed with status \(status)\(words)")
        }
    }

    /// For an answer of success without the member that matters, which some servers send in place of an error.
    ///
    /// - Parameters:
    ///   - found: where the member stands when it has the wrong kind.
    ///   - object: the answer's top level.
    static func missing(_ key: StaticString, _ found: Int?, _ tape: JSONTape, _ object: Int) -> InferenceError {
        if let words = self.words(tape, object) {
            return InferenceError(.modelFailed, "the backend answered with an error: \(words)")
        }
        return InferenceError(
            .invalidOutput,
            found.map { "\(key) of the answer must be a list, not \(tape.describe($0))" } ?? "the answer has no \(key)"
        )
    }

    private static func words(_ body: ByteBuffer) -> String? {
        guard body.readableBytes > 0, body.readableBytes <= Self.maxBytes else { return nil }
        return body.withUnsafeReadableBytes { bytes in
            // Errors are rare: not worth scratch memory of their own between them.
            let parser = JSONParser(maxDepth: DecodeLimits().maxDepth)
            if let tape = try? parser.parse(bytes) { return self.words(tape, JSONTape.first) }
            // Proxies in between send plain text, or pages.
            guard bytes[0] != UInt8(ascii: "<"), isUTF8(bytes) else { return nil }
            let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
            return line.isEmpty ? nil : self.shown(UnsafeRawBufferPointer(rebasing: line).bindMemory(to: UInt8.self))
        }
    }

    /// `{"error":"..."}` of Triton, KServe, MLServer and TensorFlow Serving; `detail` of FastAPI, a text or a list of
    /// objects with `msg`; `{"error":{"message":"..."}}` and `{"message":"..."}` of gateways.
    private static func words(_ tape: JSONTape, _ index: Int) -> String? {
        if let text = tape.string(index) { return text.isEmpty ? nil : self.shown(text) }
        switch tape.kind(index) {
        case .array:
            return tape.contents(index).isEmpty ? nil : self.words(tape, index + 1)
        case .object:
            for key in ["error", "detail", "message", "msg"] as [StaticString] {
                if let value = tape.value(of: key, in: index), let words = self.words(tape, value) { return words }
            }
            return nil
        default:
            return nil
        }
    }

    private static func shown(_ text: UnsafeBufferPointer<UInt8>) -> String { quoted(text, most: Self.maxWords) }
}

extension JSONTape {
    /// Where the first value of `key` stands in the object at `index`.
    func value(of key: StaticString, in index: Int) -> Int? {
        let members = self.contents(index)
        var at = members.lowerBound
        while at < members.upperBound, let name = self.string(at) {
            if spells(name, key) { return at + 1 }
            at = self.after(at + 1)
        }
        return nil
    }
}
