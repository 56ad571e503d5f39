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
        let start = buffer.writerIndex
        do throws(InferenceError) {
            return try self.write(request, outputs, into: &buffer, start: start)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
    }

    private func write(
        _ request: InferRequest,
        _ outputs: [Tensor],
        into buffer: inout ByteBuffer,
        start: Int
    ) throws(InferenceError) -> Int? {
        guard outputs.count == request.outputs.count else {
            throw InferenceError(
                .invalidOutput,
                "the model gave \(outputs.count) outputs where \(request.outputs.count) were asked for"
            )
        }
        buffer.writeBytes(self.head)
        if let id = request.id {
            buffer.writeJSON(",\"id\":")
            buffer.writeJSONString(id)
        }
        buffer.writeJSON(",\"outputs\":[")
        var hasBinary = false
        for (position, requested) in request.outputs.enumerated() {
            if position > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            try self.write(outputs[position], requested, into: &buffer)
            hasBinary = hasBinary || requested.binary
        }
        buffer.writeJSON("]}")
        guard hasBinary else { return nil }
        let jsonLength = buffer.writerIndex - start
        for (tensor, requested) in zip(outputs, request.outputs) where requested.binary {
            tensor.bytes.withUnsafeBytes { _ = buffer.writeBytes($0) }
        }
        return jsonLength
    }

    private func write(
        _ tensor: Tensor,
        _ requested: RequestedOutput,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) {
        guard self.outputHeads.indices.contains(requested.index) else {
            throw InferenceError(.internal, "an output was asked for that the model does not have")
        }
        let spec = self.signature.outputs[requested.index]
        let writer = try JSONTensorWriter(tensor, spec: spec)
        buffer.writeBytes(self.outputHeads[requested.index])
        for (axis, dimension) in tensor.shape.enumerated() {
            if axis > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeDecimal(dimension)
        }
        if requested.binary {
            buffer.writeJSON("],\"parameters\":{\"binary_data_size\":")
            buffer.writeDecimal(Int64(tensor.bytes.count))
            buffer.writeJSON("}}")
        } else {
            buffer.writeJSON("],\"data\":[")
            try writer.write(into: &buffer)
            buffer.writeJSON("]}")
        }
    }
}
