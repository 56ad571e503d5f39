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
        let tail = BinaryTail(of: body, from: jsonLength ?? body.readableBytes, limits: self.limits)
        guard let tail else {
            throw InferenceError(
                .invalidRequest,
                "\(InferenceHeader.name) must be in the range 0 to \(body.readableBytes), the length of the body"
            )
        }
        if jsonLength == 0 { return try tail.rawRequest(choose(nil, [])) }
        guard tail.json.count > 0 else {
            throw InferenceError(.invalidRequest, "the body is empty; an infer request is a JSON object with inputs")
        }
        guard tail.json.count <= self.limits.maxJSONBytes else {
            throw InferenceError(
                .tooLarge,
                "the JSON is \(tail.json.count) bytes long; at most \(self.limits.maxJSONBytes) are accepted"
            )
        }
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        let tape = try self.parse(tail.json)
        let opening = try InferRequestOpening(tape, limits: self.limits, wanted: parameters)
        var reader = InferRequestReader(
            tape: tape,
            signature: choose(opening.id, opening.parameters),
            limits: self.limits,
            tail: tail,
            hasBinaryPart: jsonLength != nil
        )
        return try reader.read(opening)
    }

    private func parse(_ json: UnsafeRawBufferPointer) throws(InferenceError) -> JSONTape {
        do throws(JSONParser.Failure) {
            return try self.parser.parse(json)
        } catch {
            guard case .malformed(let message) = error else {
                throw InferenceError(.overloaded, "there is not enough memory for this request at the moment")
            }
            guard let fault = JSONFault.find(in: json, maxDepth: self.limits.maxDepth) else {
                throw InferenceError(.invalidRequest, "the body is not JSON: \(message)")
            }
            throw InferenceError(.invalidRequest, "the body is not JSON, at byte \(fault.offset): \(fault.reason)")
        }
    }
}
