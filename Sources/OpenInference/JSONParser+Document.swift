internal import NIOCore
internal import ServingCore

extension JSONParser {
    /// Parses a whole body within `limits`, or says where and why it is not JSON.
    ///
    /// - Parameter body: what errors call it, e.g. `the body`.
    func document(
        _ json: UnsafeRawBufferPointer,
        limits: DecodeLimits,
        role: TensorRole,
        as body: StaticString
    ) throws(InferenceError) -> JSONTape {
        guard json.count <= limits.maxJSONBytes else {
            throw InferenceError(
                role.tooLargeCode,
                "the JSON of \(body) is \(json.count) bytes long; at most \(limits.maxJSONBytes) are accepted"
            )
        }
        do throws(JSONParser.Failure) {
            return try self.parse(json)
        } catch {
            guard case .malformed(let message) = error else {
                throw InferenceError(.overloaded, "there is not enough memory for \(body) at the moment")
            }
            guard let fault = JSONFault.find(in: json, maxDepth: limits.maxDepth) else {
                throw InferenceError(role.invalidCode, "\(body) is not JSON: \(message)")
            }
            throw InferenceError(role.invalidCode, "\(body) is not JSON, at byte \(fault.offset): \(fault.reason)")
        }
    }

    /// Parses an answer of a server; words for numbers that are not finite become strings, see `NotFiniteWords`.
    func answer(_ json: UnsafeRawBufferPointer, limits: DecodeLimits) throws(InferenceError) -> JSONTape {
        if json.count <= limits.maxJSONBytes {
            if let tape = try? self.parse(json) { return tape }
            if let quoted = NotFiniteWords.quoted(in: json) {
                return try quoted.withUnsafeReadableBytes { (json) throws(InferenceError) in
                    try self.document(json, limits: limits, role: .output, as: "the answer")
                }
            }
        }
        return try self.document(json, limits: limits, role: .output, as: "the answer")
    }
}
