internal import NIOCore
internal import ServingCore

/// Writes `:predict` bodies of either direction. What does not change between bodies is rendered when this is made.
struct PredictBodyWriter: Sendable {
    let specs: [TensorSpec]
    private let role: TensorRole
    /// Per tensor `"name":`
    private let names: [[UInt8]]
    private let forms: [JSONTensorWriter.BytesForm]

    init(_ specs: [TensorSpec], role: TensorRole) {
        self.specs = specs
        self.role = role
        self.names = specs.map { spec in
            var text = ByteBuffer()
            text.writeJSONString(spec.name)
            text.writeJSON(":")
            return Array(text.readableBytesView)
        }
        // TensorFlow Serving tells bytes from text by the name of an output.
        self.forms = specs.map { role == .output && $0.name.hasSuffix("_bytes") ? .base64 : .textOrBase64 }
    }

    /// Appends `{"<key>":...}`. On an error `buffer` is as before.
    ///
    /// - Parameters:
    ///   - tensors: those of the specs at `indices`, in that order.
    func write(
        _ tensors: [Tensor],
        _ indices: [Int],
        _ key: StaticString,
        _ layout: PredictLayout,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) {
        let parts = try self.parts(tensors, indices)
        let batch = layout == .rows ? try self.batch(parts) : 1
        let room = try self.room(parts, key, layout, batch)
        _ = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { (target) throws(InferenceError) in
            var cursor = JSONCursor(target)
            cursor.put("{\"")
            cursor.put(key)
            cursor.put("\":")
            var writers = parts.map { PredictValueWriter($0.values, form: self.forms[$0.index]) }
            // The rows of an only tensor are the tensor.
            if layout == .rows, self.specs.count > 1 {
                try self.writeRows(&writers, parts, batch, to: &cursor)
            } else {
                try self.writeItem(&writers, parts, from: 0, to: &cursor)
            }
            for (part, writer) in zip(parts, writers) { try part.values.checkEnd(writer.offset) }
            cursor.put("}")
            guard !cursor.isFull else { throw InferenceError(.internal, "a body did not fit its buffer") }
            return cursor.written
        }
    }

    /// Rows of all tensors at once: what their first dimensions agree on; nil when they do not.
    static func batch(_ shapes: [[Int64]]) -> Int64? {
        guard let first = shapes.first?.first, shapes.allSatisfy({ $0.first == first }) else { return nil }
        return first
    }

    private typealias Part = (index: Int, values: JSONTensorWriter)

    private func parts(_ tensors: [Tensor], _ indices: [Int]) throws(InferenceError) -> [Part] {
        guard tensors.count == indices.count, indices.allSatisfy({ self.specs.indices.contains($0) }) else {
            throw InferenceError(
                self.role.invalidCode,
                "\(tensors.count) \(self.role.noun)s were given where \(indices.count) belong"
            )
        }
        var parts: [Part] = []
        parts.reserveCapacity(tensors.count)
        for (tensor, index) in zip(tensors, indices) {
            let values = try JSONTensorWriter(
                tensor,
                spec: self.specs[index],
                role: self.role,
                remedy: "it needs the V2 protocol with binary data"
            )
            parts.append((index, values))
        }
        return parts
    }

    private func batch(_ parts: [Part]) throws(InferenceError) -> Int {
        guard let batch = Self.batch(parts.map(\.values.shape)), let batch = Int(exactly: batch) else {
            let shapes = parts.prefix(16).map { described($0.values.shape) }.joined(separator: ", ")
            throw InferenceError(
                self.role.invalidCode,
                "\(self.role.noun)s do not agree on their first dimension, so they have no rows: their shapes are"
                    + " \(shapes); send inputs in place of instances"
            )
        }
        return batch
    }

    private func room(
        _ parts: [Part],
        _ key: StaticString,
        _ layout: PredictLayout,
        _ batch: Int
    ) throws(InferenceError) -> Int {
        // The constants: `{"":[]}`, and `{},` for each row.
        var room = key.utf8CodeUnitCount + 16
        for part in parts {
            let values = part.values
            let names = (self.names[part.index].count + 4).multipliedReportingOverflow(by: batch)
            guard let brackets = PredictValueWriter.brackets(values.shape), !names.overflow,
                brackets <= BodyLimit.bytes, names.partialValue <= BodyLimit.bytes
            else { throw self.tooLarge() }
            room += brackets + names.partialValue + values.longestText
            guard room <= BodyLimit.bytes else { throw self.tooLarge() }
        }
        return room
    }

    private func tooLarge() -> InferenceError {
        InferenceError(.tooLarge, "the \(self.role.noun)s are too large for JSON; send fewer rows at a time")
    }

    private func writeRows(
        _ writers: inout [PredictValueWriter],
        _ parts: [Part],
        _ batch: Int,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        cursor.put("[")
        for row in 0..<batch {
            if row > 0 { cursor.put(",") }
            try self.writeItem(&writers, parts, from: 1, to: &cursor)
        }
        cursor.put("]")
    }

    /// One row or, from the dimension 0, all of them: an object by name, or the plain value of the only tensor that is
    /// declared.
    private func writeItem(
        _ writers: inout [PredictValueWriter],
        _ parts: [Part],
        from dimension: Int,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        if self.specs.count == 1, writers.count == 1 {
            return try writers[0].write(from: dimension, to: &cursor)
        }
        cursor.put("{")
        for position in writers.indices {
            if position > 0 { cursor.put(",") }
            cursor.put(self.names[parts[position].index])
            try writers[position].write(from: dimension, to: &cursor)
        }
        cursor.put("}")
    }
}
