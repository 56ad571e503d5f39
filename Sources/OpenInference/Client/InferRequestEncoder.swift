package import NIOCore
package import ServingCore

/// Writes infer requests to a server that speaks V2. Made once per remote version; what does not change between
/// requests is rendered then.
package struct InferRequestEncoder: Sendable {
    /// How tensors travel, there and back.
    package enum Form: Sendable {
        /// In the JSON; half precision, which has no JSON form, as binary data all the same.
        case json
        /// Behind the JSON, for servers whose extensions name `binary_tensor_data`.
        case binary
    }

    private let entries: TensorEntryWriter
    private let form: Form
    /// Per output its entry of `outputs`.
    private let outputs: [[UInt8]]
    /// Whether a request for all outputs has to list them, as JSON cannot hold one.
    private let listsAllOutputs: Bool

    package init(signature: ModelSignature, form: Form) {
        self.entries = TensorEntryWriter(
            signature.inputs,
            role: .input,
            remedy: "the backend is not said to take binary data"
        )
        self.form = form
        self.outputs = signature.outputs.map { spec in
            var text = ByteBuffer()
            text.writeJSON("{\"name\":")
            text.writeJSONString(spec.name)
            text.writeJSON(spec.datatype.isHalfPrecision ? ",\"parameters\":{\"binary_data\":true}}" : "}")
            return Array(text.readableBytesView)
        }
        self.listsAllOutputs = form == .json && signature.outputs.contains { $0.datatype.isHalfPrecision }
    }

    /// Appends the body of a request to `buffer`.
    ///
    /// Returns the length of the JSON when binary data follows it, for the header `Inference-Header-Content-Length`;
    /// nil when the body is all JSON. On an error, which names the tensor at fault, `buffer` is as before.
    ///
    /// - Parameters:
    ///   - inputs: in the order of the signature, all of them.
    ///   - outputs: indices of the outputs to ask for; nil means all.
    package func encode(
        _ inputs: [Tensor],
        outputs: [Int]? = nil,
        id: String? = nil,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) -> Int? {
        guard inputs.count == self.entries.specs.count else {
            throw InferenceError(
                .invalidRequest,
                "\(inputs.count) inputs were given; this model takes \(listed(self.entries.specs))"
            )
        }
        let asked = outputs ?? (self.listsAllOutputs ? Array(self.outputs.indices) : [])
        guard asked.allSatisfy({ self.outputs.indices.contains($0) }) else {
            throw InferenceError(.internal, "an output was asked for that the model does not have")
        }
        let room = try self.room(inputs, asked, id)
        let jsonLength = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) {
            (target) throws(InferenceError) in
            var cursor = JSONCursor(target)
            try self.write(inputs, asked, id, to: &cursor)
            guard !cursor.isFull else { throw InferenceError(.internal, "the request did not fit its buffer") }
            return cursor.written
        }
        var hasBinary = false
        for input in inputs where self.isBinary(input.datatype) {
            hasBinary = true
            input.bytes.withUnsafeBytes { _ = buffer.writeBytes($0) }
        }
        return hasBinary ? jsonLength : nil
    }

    private func isBinary(_ datatype: DataType) -> Bool { self.form == .binary || datatype.isHalfPrecision }

    private func room(_ inputs: [Tensor], _ asked: [Int], _ id: String?) throws(InferenceError) -> Int {
        // The constants: `{"id":`, `"parameters":{"binary_data_output":true},"inputs":[`, `],"outputs":[`, `]}`.
        var json = 96 + JSONCursor.longestString(id?.utf8.count ?? 0)
        var binary = 0
        for (index, input) in inputs.enumerated() {
            let isBinary = self.isBinary(input.datatype)
            json += try self.entries.room(index, input, binary: isBinary)
            binary += isBinary ? input.bytes.count : 0
            guard json <= BodyLimit.bytes, binary <= BodyLimit.bytes else {
                throw InferenceError(.tooLarge, "the request is too large; send fewer rows at a time")
            }
        }
        return asked.reduce(json) { $0 + self.outputs[$1].count + 1 }
    }

    private func write(
        _ inputs: [Tensor],
        _ asked: [Int],
        _ id: String?,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        cursor.put(UInt8(ascii: "{"))
        if let id {
            cursor.put("\"id\":")
            cursor.putString(id)
            cursor.put(UInt8(ascii: ","))
        }
        if self.form == .binary { cursor.put("\"parameters\":{\"binary_data_output\":true},") }
        cursor.put("\"inputs\":[")
        for (index, input) in inputs.enumerated() {
            if index > 0 { cursor.put(UInt8(ascii: ",")) }
            try self.entries.write(index, input, binary: self.isBinary(input.datatype), to: &cursor)
        }
        if !asked.isEmpty {
            cursor.put("],\"outputs\":[")
            for (position, index) in asked.enumerated() {
                if position > 0 { cursor.put(UInt8(ascii: ",")) }
                cursor.put(self.outputs[index])
            }
        }
        cursor.put("]}")
    }
}

extension DataType {
    var isHalfPrecision: Bool { self == .fp16 || self == .bf16 }
}
