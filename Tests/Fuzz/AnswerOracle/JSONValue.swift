package import OpenInference

/// A JSON document as a value of its own, so that two can be compared. Members keep their order, and keys may occur
/// twice.
package indirect enum JSONValue: Equatable {
    case object([Member])
    case list([JSONValue])
    case text([UInt8])
    /// A number, true, false or null, as its words on the tape.
    case other(UInt64, UInt64)

    package struct Member: Equatable {
        package var key: [UInt8]
        package var value: JSONValue
    }

    /// Nil when `bytes` are no JSON.
    package init?(_ bytes: [UInt8], _ parser: JSONParser) {
        let value = bytes.withUnsafeBytes { bytes in
            (try? parser.parse(bytes)).map { JSONValue($0, JSONTape.first) }
        }
        guard let value else { return nil }
        self = value
    }

    private init(_ tape: JSONTape, _ index: Int) {
        switch tape.kind(index) {
        case .object:
            var members: [Member] = []
            Self.each(tape, index) { at in
                guard let key = tape.string(at) else { return at + 1 }
                members.append(Member(key: Array(key), value: JSONValue(tape, at + 1)))
                return tape.after(at + 1)
            }
            self = .object(members)
        case .array:
            var items: [JSONValue] = []
            Self.each(tape, index) { at in
                items.append(JSONValue(tape, at))
                return tape.after(at)
            }
            self = .list(items)
        case .string: self = .text(Array(tape.string(index) ?? .init(start: nil, count: 0)))
        case .int64, .uint64, .double: self = .other(tape.word(index), tape.word(index + 1))
        default: self = .other(UInt64(tape.kind(index).tag), 0)
        }
    }

    /// Calls `take` where something begins in the container at `index`; it returns where the next one does.
    private static func each(_ tape: JSONTape, _ index: Int, _ take: (Int) -> Int) {
        let words = tape.contents(index)
        var at = words.lowerBound
        while at < words.upperBound { at = take(at) }
    }
}
