package import NIOCore
package import ServingCore

/// Turns answers of a `:predict` server, TensorFlow Serving or KServe V1, into tensors. One per event loop or thread:
/// it reuses its scratch memory. Never traps on what a server sent.
package final class PredictResponseDecoder {
    private let limits: DecodeLimits
    private let parser: JSONParser

    package init(limits: DecodeLimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// The outputs of an answer, whose JSON says neither type nor shape: they are what `signature` declares, or an
    /// error says what came instead. Outputs that are not declared are passed over.
    ///
    /// - Parameters:
    ///   - status: of the HTTP answer; one that is no success becomes an error with what the server says of it.
    ///   - outputs: indices into `signature.outputs`, which the result follows; nil means all.
    package func decode(
        _ body: ByteBuffer,
        status: Int = 200,
        signature: ModelSignature,
        outputs: [Int]? = nil
    ) throws(InferenceError) -> [Tensor] {
        guard (200..<300).contains(status) else { throw BackendRefusal.error(status: status, body) }
        let wanted = outputs ?? Array(signature.outputs.indices)
        guard wanted.allSatisfy({ signature.outputs.indices.contains($0) }) else {
            throw InferenceError(.internal, "an output was asked for that the model does not have")
        }
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        return try body.withUnsafeReadableBytes { (bytes) throws(InferenceError) in
            guard bytes.count > 0 else {
                throw InferenceError(.invalidOutput, "the answer is empty; it should be an object with predictions")
            }
            let tape = try self.parser.answer(bytes, limits: self.limits)
            let reader = PredictBodyReader(
                tape: tape,
                specs: signature.outputs,
                wanted: wanted,
                role: .output,
                limits: self.limits
            )
            return try self.tensors(tape, reader)
        }
    }

    private func tensors(_ tape: JSONTape, _ reader: PredictBodyReader) throws(InferenceError) -> [Tensor] {
        try tape.requireObject(JSONTape.first, "the answer", .output)
        var predictions: Int?
        var outputs: Int?
        try tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "predictions") {
                try once(&predictions, value, "predictions", .output)
            } else if spells(key, "outputs") {
                try once(&outputs, value, "outputs", .output)
            }
        }
        if let predictions, tape.kind(predictions) != .null {
            // KServe does not enforce the form: some models answer with an object of whole lists.
            return tape.kind(predictions) == .array
                ? try reader.rows(predictions, "predictions") : try reader.columns(predictions, "predictions")
        }
        guard let outputs else { throw BackendRefusal.missing("predictions", nil, tape, JSONTape.first) }
        return try reader.columns(outputs, "outputs")
    }
}
