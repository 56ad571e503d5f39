package import NIOCore
package import ServingCore

/// Turns answers of a V2 server into tensors. One per event loop or thread: it reuses its scratch memory.
///
/// Never traps on what a server sent, and takes no more memory than a small multiple of the answer's length.
package final class InferResponseDecoder {
    private let limits: DecodeLimits
    private let parser: JSONParser

    package init(limits: DecodeLimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// The outputs of an answer, checked against `signature`. Outputs that are not declared, or not asked for, are
    /// passed over, as many servers send all they have.
    ///
    /// - Parameters:
    ///   - status: of the HTTP answer; one that is no success becomes an error with what the server says of it.
    ///   - jsonLength: the value of `Inference-Header-Content-Length`; nil when the whole body is JSON.
    ///   - outputs: indices into `signature.outputs`, which the result follows; nil means all.
    package func decode(
        _ body: ByteBuffer,
        status: Int = 200,
        jsonLength: Int?,
        signature: ModelSignature,
        outputs: [Int]? = nil
    ) throws(InferenceError) -> [Tensor] {
        guard (200..<300).contains(status) else { throw BackendRefusal.error(status: status, body) }
        guard
            let tail = BinaryTail(
                of: body,
                from: jsonLength ?? body.readableBytes,
                limits: self.limits,
                role: .output
            ), tail.json.count > 0
        else {
            throw InferenceError(
                .invalidOutput,
                body.readableBytes == 0
                    ? "the answer is empty; an infer answer is a JSON object with outputs"
                    : "\(InferenceHeader.name) must be in the range 1 to \(body.readableBytes), the answer's length"
            )
        }
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        let tape = try self.parser.answer(tail.json, limits: self.limits)
        var reader = InferResponseReader(
            tape: tape,
            specs: signature.outputs,
            entries: TensorEntryReader(
                tape: tape,
                limits: self.limits,
                role: .output,
                hasBinaryPart: jsonLength != nil
            ),
            tail: tail
        )
        return try reader.read(outputs ?? Array(signature.outputs.indices))
    }
}
