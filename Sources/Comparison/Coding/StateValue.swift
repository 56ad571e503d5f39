/// A value that was read and waits to be decoded.
enum StateValue: Sendable {
    case scalar(StateScalar)
    case list([StateValue])
    case members([String: StateValue])

    /// Values inside values.
    private static let maxDepth = 32

    init(from reader: inout BinaryReader, depth: Int) throws(BinaryDamage) {
        guard depth < Self.maxDepth else { throw reader.damage("a value inside \(depth) others") }
        switch try reader.readUnsigned() {
        case StateTag.null: self = .scalar(.null)
        case StateTag.no: self = .scalar(.flag(false))
        case StateTag.yes: self = .scalar(.flag(true))
        case StateTag.signed: self = .scalar(.signed(try reader.readSigned()))
        case StateTag.unsigned: self = .scalar(.unsigned(try reader.readUnsigned()))
        case StateTag.double: self = .scalar(.double(try reader.readDouble()))
        case StateTag.float:
            guard let pattern = UInt32(exactly: try reader.readUnsigned()) else { throw reader.damage("no float") }
            self = .scalar(.float(Float(bitPattern: pattern)))
        case StateTag.text: self = .scalar(.text(try reader.readText()))
        case StateTag.bytes: self = .scalar(.bytes(try reader.readBytes()))
        case StateTag.floats: self = .scalar(.floats(try Self.readFloats(&reader)))
        case StateTag.doubles:
            let count = try reader.readCount()
            var values: [Double] = []
            values.reserveCapacity(min(count, reader.remaining / 8))
            for _ in 0..<count { values.append(try reader.readDouble()) }
            self = .scalar(.doubles(values))
        case StateTag.list:
            let count = try reader.readCount()
            var values: [StateValue] = []
            for _ in 0..<count { values.append(try StateValue(from: &reader, depth: depth + 1)) }
            self = .list(values)
        case StateTag.members:
            let count = try reader.readCount()
            var members: [String: StateValue] = [:]
            for _ in 0..<count {
                let name = try reader.readText()
                let value = try StateValue(from: &reader, depth: depth + 1)
                guard members.updateValue(value, forKey: name) == nil else { throw reader.damage("\(name) twice") }
            }
            self = .members(members)
        case let tag: throw reader.damage("tag \(tag), which does not exist")
        }
    }

    private static func readFloats(_ reader: inout BinaryReader) throws(BinaryDamage) -> [Float] {
        let bytes = try reader.readBytes()
        guard bytes.count % 4 == 0 else { throw reader.damage("part of a float") }
        return bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map { offset in
                let pattern = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: pattern))
            }
        }
    }

    var isNull: Bool {
        guard case .scalar(.null) = self else { return false }
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ path: [any CodingKey]) throws -> Value {
        if case .scalar(let scalar) = self, let value = scalar.value(as: type) { return value }
        return try Value(from: StateDecoder(value: self, codingPath: path))
    }
}
