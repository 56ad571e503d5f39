package import NIOCore
internal import OpenInference
internal import ServingCore

/// Reads bodies of requests. One per event loop or thread: it reuses its scratch memory. Never traps on what a client
/// sent.
///
/// A field that is read must not occur twice in its object, as servers differ in which of the two they take; other
/// fields are the backend's business.
package final class OpenAIRequestReader {
    let limits: OpenAILimits
    private let parser: JSONParser

    package init(limits: OpenAILimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// Checks the fields that `OpenAIRequest` holds and that the content is there; what the content is, the backend
    /// checks. Costs one parse and no copy of the body.
    package func read(_ body: ByteBuffer, as operation: OpenAIOperation) throws(OpenAIError) -> OpenAIRequest {
        try self.withTape(of: body) { (tape, bytes) throws(OpenAIError) in
            try RequestFields(tape).request(tape, bytes, operation, self.limits)
        }
    }

    /// Parses `body` into an object and gives scratch memory back afterwards.
    func withTape<Result>(
        of body: ByteBuffer,
        _ use: (JSONTape, UnsafeRawBufferPointer) throws(OpenAIError) -> Result
    ) throws(OpenAIError) -> Result {
        guard body.readableBytes <= self.limits.maxRequestBytes else {
            throw OpenAIError(
                .tooLarge,
                "the body is \(body.readableBytes) bytes long; at most \(self.limits.maxRequestBytes) are accepted"
            )
        }
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        return try body.withUnsafeReadableBytes { (bytes) throws(OpenAIError) in
            let tape = try self.parse(bytes)
            guard tape.kind(JSONTape.first) == .object else {
                throw OpenAIError(
                    .invalidRequest,
                    "the body is \(tape.describe(JSONTape.first)); a request is a JSON object with a model"
                )
            }
            return try use(tape, bytes)
        }
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) throws(OpenAIError) -> JSONTape {
        guard bytes.count > 0 else {
            throw OpenAIError(.invalidRequest, "the body is empty; a request is a JSON object with a model")
        }
        do throws(JSONParser.Failure) {
            return try self.parser.parse(bytes)
        } catch {
            guard case .malformed(let message) = error else {
                throw OpenAIError(.overloaded, "there is not enough memory for this request at the moment")
            }
            guard let fault = JSONFault.find(in: bytes, maxDepth: self.limits.maxDepth) else {
                throw OpenAIError(.invalidRequest, "the body is not JSON: \(message)")
            }
            throw OpenAIError(.invalidRequest, "the body is not JSON, at byte \(fault.offset): \(fault.reason)")
        }
    }
}
