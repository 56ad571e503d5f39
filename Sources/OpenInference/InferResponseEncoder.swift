package import NIOCore
package import ServingCore

/// Writes answers of one loaded version. Made once per version: everything that does not change between answers is
/// rendered here, so that an answer costs copies and number formatting.
package struct InferResponseEncoder: Sendable {
    private let entries: TensorEntryWriter
    /// `{"model_name":"m","model_version":"1"`
    private let head: [UInt8]

    package init(model: String, version: String, signature: ModelSignature) {
        self.entries = TensorEntryWriter(signature.outputs, role: .output, remedy: "ask for binary output")
        var text = ByteBuffer()
        text.writeJSON("{\"model_name\":")
        text.writeJSONString(model)
        text.writeJSON(",\"model_version\":")
        text.writeJSONString(version)
        self.head = Array(text.readableBytesView)
    }

    /// Appends the answer's whole body to `buffer`: the JSON and, behind it, the outputs asked for as binary.
    ///
    /// Returns the length of the JSON when there are binary outputs, for the header
    /// `Inference-Header-Content-Length`; nil when the body is all JSON. On an error `buffer` is as before.
    ///
    /// - Parameter outputs: one tensor per entry of `request.outputs`, in that order.
    package func encode(
        _ request: InferRequest,
        outputs: [Tensor],
        into buffer: inout ByteBuffer
    ) throws(InferenceError) -> Int? {
        guard outputs.count == request.outputs.count else {
            throw InferenceError(
                .invalidOutput,
                "the model gave \(outputs.count) outputs where \(request.outputs.count) were asked for"
            )
        }
        let room = try self.room(request, outputs)
        let jsonLength = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room.json) {
            (target) throws(InferenceError) in
            var cursor = JSONCursor(target)
            try self.write(request, outputs, to: &cursor)
            guard !cursor.isFull else { throw InferenceError(.internal, "the answer did not fit its buffer") }
            return cursor.written
        }
        guard room.hasBinary else { return nil }
        for (tensor, requested) in zip(outputs, request.outputs) where requested.binary {
            tensor.bytes.withUnsafeBytes { _ = buffer.writeBytes($0) }
        }
        return jsonLength
    }

    /// The most bytes the JSON can take, and whether something follows it. Refuses an answer beyond `BodyLimit`, which
    /// a `ByteBuffer` could not hold.
    private func room(
        _ request: InferRequest,
        _ outputs: [Tensor]
    ) throws(InferenceError) -> (json: Int, hasBinary: Bool) {
        // The constants: `,"id":`, `,"outputs":[`, `]}`.
        var json = self.head.count + 32 + JSONCursor.longestString(request.id?.utf8.count ?? 0)
        var binary = 0
        var hasBinary = false
        for (position, requested) in request.outputs.enumerated() {
            guard self.entries.specs.indices.contains(requested.index) else {
                throw InferenceError(.internal, "an output was asked for that the model does not have")
            }
            let tensor = outputs[position]
            json += try self.entries.room(requested.index, tensor, binary: requested.binary)
            if requested.binary {
                hasBinary = true
                binary += tensor.bytes.count
            }
            guard json <= BodyLimit.bytes, binary <= BodyLimit.bytes else {
                throw InferenceError(
                    .tooLarge,
                    "the answer is too large; ask for fewer outputs, for binary output or for a smaller batch"
                )
            }
        }
        return (json, hasBinary)
    }

    private func write(
        _ request: InferRequest,
        _ outputs: [Tensor],
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        cursor.put(self.head)
        if let id = request.id {
            cursor.put(",\"id\":")
            cursor.putString(id)
        }
        cursor.put(",\"outputs\":[")
        for (position, requested) in request.outputs.enumerated() {
            if position > 0 { cursor.put(UInt8(ascii: ",")) }
            try self.entries.write(requested.index, outputs[position], binary: requested.binary, to: &cursor)
        }
        cursor.put("]}")
    }
}
