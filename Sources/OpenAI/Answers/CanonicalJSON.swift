internal import NIOCore
internal import OpenInference

/// Writes parsed JSON in the one form that equal values share: no white space, members in the order of their keys'
/// bytes, the last of those with the same key, numbers in their shortest form.
enum CanonicalJSON {
    /// Nests as deep as the document, which the parser bounds.
    static func write(_ tape: JSONTape, _ index: Int, to buffer: inout ByteBuffer) {
        switch tape.kind(index) {
        case .object: Self.writeObject(tape, index, to: &buffer)
        case .array:
            var separator: StaticString = "["
            for item in tape.items(index) {
                buffer.writeJSON(separator)
                Self.write(tape, item, to: &buffer)
                separator = ","
            }
            buffer.writeJSON(tape.contents(index).isEmpty ? "[]" : "]")
        case .string: buffer.writeJSONString(tape.string(index) ?? .init(start: nil, count: 0))
        case .int64, .uint64, .double, .yes, .no: buffer.writeString(tape.describe(index))
        default: buffer.writeJSON("null")
        }
    }

    private static func writeObject(_ tape: JSONTape, _ index: Int, to buffer: inout ByteBuffer) {
        let members = tape.members(index).sorted { one, other in
            // Later ones stand further on, so those with the same key keep their order.
            one.key.elementsEqual(other.key) ? one.value < other.value : one.key.lexicographicallyPrecedes(other.key)
        }
        buffer.writeJSON("{")
        var isFirst = true
        for (position, member) in members.enumerated() {
            if position + 1 < members.count, members[position + 1].key.elementsEqual(member.key) { continue }
            if !isFirst { buffer.writeJSON(",") }
            isFirst = false
            buffer.writeJSONString(member.key)
            buffer.writeJSON(":")
            Self.write(tape, member.value, to: &buffer)
        }
        buffer.writeJSON("}")
    }
}
