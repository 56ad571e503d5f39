package import NIOCore
package import ServingCore

/// Turns the body of an infer request into tensors. One per event loop or thread: it reuses its scratch memory.
///
/// Never traps on what a client sent. JSON values are converted into one allocation per tensor; binary values share the
/// body's memory where their alignment allows.
package final class InferRequestDecoder {
    private let limits: DecodeLimits
    private let parser: JSONParser

    package init(limits: DecodeLimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// Decodes `body` and checks it against `signature`.
    ///
    /// - Parameters:
    ///   - jsonLength: the value of `Inference-Header-Content-Length`; nil when the whole body is JSON; 0 when the body
    ///     is the bytes of a single tensor.
    ///   - parameters: names of the request's parameters whose values are kept.
    package func decode(
        _ body: ByteBuffer,
        jsonLength: Int?,
        signature: ModelSignature,
        parameters: [String] = []
    ) throws(InferenceError) -> InferRequest {
        try self.decode(body, jsonLength: jsonLength, parameters: parameters) { _, _ in signature }
    }

    /// Decodes `body` and checks it against the signature of the version that serves it.
    ///
    /// - Parameter choose: called once, before the tensors are read, with the request's id and the parameters that were
    ///   asked for; not called when the request cannot be read as far as that.
    package func decode(
        _ body: ByteBuffer,
        jsonLength: Int?,
        parameters: [String],
        choosing choose: (_ id: String?, _ parameters: [(name: String, value: String)]) -> ModelSignature
    ) throws(InferenceError) -> InferRequest {
        let tail = try self.tail(body, jsonLength)
        if jsonLength == 0 { return try tail.rawRequest(choose(nil, [])) }
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        let tape = try self.tape(tail)
        let opening = try InferRequestOpening(tape, limits: self.limits, wanted: parameters)
        var reader = InferRequestReader(
            tape: tape,
            signature: choose(opening.id, opening.parameters),
            entries: TensorEntryReader(
                tape: tape,
                limits: self.limits,
                role: .input,
                hasBinaryPart: jsonLength != nil
            ),
            tail: tail
        )
        return try reader.read(opening)
    }

    /// What a request says besides its tensors, for whoever passes it on as it is: its id and the values of `parameters`.
    package func opening(
        _ body: ByteBuffer,
        jsonLength: Int?,
        parameters: [String]
    ) throws(InferenceError) -> (id: String?, parameters: [(name: String, value: String)]) {
        guard jsonLength != 0 else { return (nil, []) }
        let tail = try self.tail(body, jsonLength)
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        let opening = try InferRequestOpening(try self.tape(tail), limits: self.limits, wanted: parameters)
        return (opening.id, opening.parameters)
    }

    private func tail(_ body: ByteBuffer, _ jsonLength: Int?) throws(InferenceError) -> BinaryTail {
        let tail = BinaryTail(
            of: body,
            from: jsonLength ?? body.readableBytes,
            limits: self.limits,
            role: .input
        )
        guard let tail else {
            throw InferenceError(
                .invalidRequest,
                "\(InferenceHeader.name) must be in the range 0 to \(body.readableBytes), the length of the body"
            )
        }
        return tail
    }

    private func tape(_ tail: BinaryTail) throws(InferenceError) -> JSONTape {
        guard tail.json.count > 0 else {
            throw InferenceError(.invalidRequest, "the body is empty; an infer request is a JSON object with inputs")
        }
        return try self.parser.document(tail.json, limits: self.limits, role: .input, as: "the body")
    }
}
