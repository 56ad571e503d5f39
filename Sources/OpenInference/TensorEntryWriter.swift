internal import NIOCore
internal import ServingCore

/// Writes entries of `inputs` of a request, or of `outputs` of an answer. What does not change between bodies is
/// rendered when this is made.
struct TensorEntryWriter: Sendable {
    let specs: [TensorSpec]
    private let role: TensorRole
    /// What to do about a value that JSON cannot express.
    private let remedy: StaticString
    /// Per tensor `{"name":"y","datatype":"FP32","shape":[`
    private let heads: [[UInt8]]

    init(_ specs: [TensorSpec], role: TensorRole, remedy: StaticString) {
        self.specs = specs
        self.role = role
        self.remedy = remedy
        self.heads = specs.map { spec in
            var text = ByteBuffer()
            text.writeJSON("{\"name\":")
            text.writeJSONString(spec.name)
            text.writeJSON(",\"datatype\":\"")
            text.writeJSON(spec.datatype.name)
            text.writeJSON("\",\"shape\":[")
            return Array(text.readableBytesView)
        }
    }

    /// The most bytes of JSON that the entry can take. Throws when `tensor` is not what the spec at `index` declares.
    func room(_ index: Int, _ tensor: Tensor, binary: Bool) throws(InferenceError) -> Int {
        let writer = try self.values(index, tensor)
        let head = self.heads[index].count + 64 + tensor.shape.count * (JSONCursor.longestDecimal + 1)
        return binary ? head : head + writer.longestText
    }

    func write(
        _ index: Int,
        _ tensor: Tensor,
        binary: Bool,
        to cursor: inout JSONCursor
    ) throws(InferenceError) {
        cursor.put(self.heads[index])
        for (axis, dimension) in tensor.shape.enumerated() {
            if axis > 0 { cursor.put(UInt8(ascii: ",")) }
            cursor.putDecimal(dimension)
        }
        if binary {
            cursor.put("],\"parameters\":{\"binary_data_size\":")
            cursor.putDecimal(Int64(tensor.bytes.count))
            cursor.put("}}")
        } else {
            cursor.put("],\"data\":[")
            try self.values(index, tensor).write(to: &cursor)
            cursor.put("]}")
        }
    }

    private func values(_ index: Int, _ tensor: Tensor) throws(InferenceError) -> JSONTensorWriter {
        try JSONTensorWriter(tensor, spec: self.specs[index], role: self.role, remedy: self.remedy)
    }
}

/// The most bytes of JSON, and the most of binary data, that one body is made of.
enum BodyLimit {
    static let bytes = 1 << 30
}
