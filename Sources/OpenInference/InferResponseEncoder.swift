package import NIOCore
package import ServingCore

/// Writes answers of one loaded version. Made once per version: everything that does not change between answers is
/// rendered here, so that an answer costs copies and number formatting.
package struct InferResponseEncoder: Sendable {
    private let signature: ModelSignature
    /// `{"model_name":"m","model_version":"1"`
    private let head: [UInt8]
    /// Per output `{"name":"y","datatype":"FP32","shape":[`
    private let outputHeads: [[UInt8]]

    package init(model: String, version: String, signature: ModelSignature) {
        self.signature = signature
        var text = ByteBuffer()
        text.writeJSON("{\"model_name\":")
        text.writeJSONString(model)
        text.writeJSON(",\"model_version\":")
        text.writeJSONString(version)
        self.head = Array(text.readableBytesView)
        self.outputHeads = signature.outputs.map { spec in
            var text = ByteBuffer()
            text.writeJSON("{\"name\":")
            text.writeJSONString(spec.name)
            text.writeJSON(",\"datatype\":\"")
            text.writeJSON(spec.datatype.name)
            text.writeJSON("\",\"shape\":[")
            return Array(text.readableBytesView)
        }
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

    /// The most bytes the JSON can take, and whether something follows it. Refuses an answer beyond `maxBytes`, which a
    /// `ByteBuffer` could not hold.
    private func room(
        _ request: InferRequest,
        _ outputs: [Tensor]
    ) throws(InferenceError) -> (json: Int, hasBinary: Bool) {
        // The constants: `,"id":`, `,"outputs":[`, `]}`.
        var json = self.head.count + 32 + JSONCursor.longestString(request.id?.utf8.count ?? 0)
        var binary = 0
        var hasBinary = false
        for (position, requested) in request.outputs.enumerated() {
            guard self.outputHeads.indices.contains(requested.index) else {
                throw InferenceError(.internal, "an output was asked for that the model does not have")
            }
            let tensor = outputs[position]
            let writer = try JSONTensorWriter(tensor, spec: self.signature.outputs[requested.index])
            json += self.outputHeads[requested.index].count + 64 + tensor.shape.count * (JSONCursor.longestDecimal + 1)
            if requested.binary {
                hasBinary = true
                binary += tensor.bytes.count
            } else {
                json += writer.longestText
            }
            guard json <= Self.maxBytes, binary <= Self.maxBytes else {
                throw InferenceError(
                    .tooLarge,
                    "the answer is too large; ask for fewer outputs, for binary output or for a smaller batch"
                )
            }
        }
        return (json, hasBinary)
    }

    /// Of JSON and of binary data each.
    private static let maxBytes = 1 << 30

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
            let tensor = outputs[position]
            cursor.put(self.outputHeads[requested.index])
            for (axis, dimension) in tensor.shape.enumerated() {
                if axis > 0 { cursor.put(UInt8(ascii: ",")) }
                cursor.putDecimal(dimension)
            }
            if requested.binary {
                cursor.put("],\"parameters\":{\"binary_data_size\":")
                cursor.putDecimal(Int64(tensor.bytes.count))
                cursor.put("}}")
            } else {
                cursor.put("],\"data\":[")
                try JSONTensorWriter(tensor, spec: self.signature.outputs[requested.index]).write(to: &cursor)
                cursor.put("]}")
            }
        }
        cursor.put("]}")
    }
}
