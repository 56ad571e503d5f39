/// What an encoded value starts with.
enum StateTag {
    static let null: UInt64 = 0
    static let no: UInt64 = 1
    static let yes: UInt64 = 2
    static let signed: UInt64 = 3
    static let unsigned: UInt64 = 4
    static let double: UInt64 = 5
    static let float: UInt64 = 6
    static let text: UInt64 = 7
    static let bytes: UInt64 = 8
    static let floats: UInt64 = 9
    static let doubles: UInt64 = 10
    static let list: UInt64 = 11
    static let members: UInt64 = 12
}

/// A value without containers inside; long lists of numbers are scalars too, because element by element they would cost
/// hundreds of times as much.
enum StateScalar: Sendable {
    case null
    case flag(Bool)
    case signed(Int64)
    case unsigned(UInt64)
    case double(Double)
    case float(Float)
    case text(String)
    case bytes([UInt8])
    case floats([Float])
    case doubles([Double])

    /// Nil for values that encode themselves.
    init?(_ value: some Encodable) {
        switch value {
        case let value as Double: self = .double(value)
        case let value as String: self = .text(value)
        case let value as Int: self = .signed(Int64(value))
        case let value as Bool: self = .flag(value)
        case let value as UInt64: self = .unsigned(value)
        case let value as Float: self = .float(value)
        case let value as Int64: self = .signed(value)
        case let value as Int32: self = .signed(Int64(value))
        case let value as Int16: self = .signed(Int64(value))
        case let value as Int8: self = .signed(Int64(value))
        case let value as UInt: self = .unsigned(UInt64(value))
        case let value as UInt32: self = .unsigned(UInt64(value))
        case let value as UInt16: self = .unsigned(UInt64(value))
        case let value as UInt8: self = .unsigned(UInt64(value))
        default:
            // By type, not by cast: an empty list casts to a list of anything.
            switch type(of: value) {
            case is [Float].Type: self = .floats(value as? [Float] ?? [])
            case is [Double].Type: self = .doubles(value as? [Double] ?? [])
            case is [UInt8].Type: self = .bytes(value as? [UInt8] ?? [])
            default: return nil
            }
        }
    }

    func write(into writer: inout BinaryWriter) {
        switch self {
        case .null: writer.write(StateTag.null)
        case .flag(let value): writer.write(value ? StateTag.yes : StateTag.no)
        case .signed(let value):
            writer.write(StateTag.signed)
            writer.write(value)
        case .unsigned(let value):
            writer.write(StateTag.unsigned)
            writer.write(value)
        case .double(let value):
            writer.write(StateTag.double)
            writer.write(value)
        case .float(let value):
            writer.write(StateTag.float)
            writer.write(UInt64(value.bitPattern))
        case .text(let value):
            writer.write(StateTag.text)
            writer.write(value)
        case .bytes(let values):
            writer.write(StateTag.bytes)
            writer.write(values)
        case .floats(let values):
            writer.write(StateTag.floats)
            writer.write(UInt64(values.count * 4))
            for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { writer.append($0) } }
        case .doubles(let values):
            writer.write(StateTag.doubles)
            writer.write(UInt64(values.count))
            for value in values { writer.write(value) }
        }
    }
}

extension StateScalar {
    /// Types whose own coding consists of asking for this type.
    static func isScalar(_ type: Any.Type) -> Bool {
        type == Bool.self || type == String.self || type == Double.self || type == Float.self
            || type is any FixedWidthInteger.Type
    }

    /// Nil when it is something else, or does not fit.
    func value<Value>(as type: Value.Type) -> Value? {
        switch self {
        case .null: nil
        case .flag(let value): value as? Value
        case .double(let value): value as? Value
        case .float(let value): value as? Value
        case .text(let value): value as? Value
        case .bytes(let values): values as? Value
        case .floats(let values): values as? Value
        case .doubles(let values): values as? Value
        case .signed(let value): Self.integer(value, as: type)
        case .unsigned(let value): Self.integer(value, as: type)
        }
    }

    private static func integer<Value>(_ value: some BinaryInteger, as type: Value.Type) -> Value? {
        guard let type = type as? any FixedWidthInteger.Type else { return nil }
        return type.init(exactly: value) as? Value
    }
}
