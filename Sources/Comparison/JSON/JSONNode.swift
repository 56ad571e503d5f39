/// One value of a JSON text.
struct JSONNode: Sendable {
    enum Content: Sendable {
        case null
        case bool(Bool)
        /// The value and how it was written; infinite when it does not fit a double.
        case number(Double, text: [UInt8])
        /// UTF-8, escapes resolved.
        case string([UInt8])
        case array([JSONNode])
        /// Ascending by key; members with the same key in the order of the text, since readers differ in which they take.
        case object([Member])
    }

    struct Member: Sendable {
        var key: [UInt8]
        var value: JSONNode
    }

    let content: Content
    /// Equal for equal values. Different values may share one.
    let hash: UInt64
    /// Values that hold no others; an empty array or object is one.
    let leaves: Int

    init(_ content: Content) {
        self.content = content
        switch content {
        case .null:
            self.hash = 1
            self.leaves = 1
        case .bool(let value):
            self.hash = value ? 2 : 3
            self.leaves = 1
        case .number(let value, let text):
            self.hash = value.isFinite ? Self.mix(4, (value == 0 ? 0 : value).bitPattern) : Self.mix(5, text)
            self.leaves = 1
        case .string(let text):
            self.hash = Self.mix(6, text)
            self.leaves = 1
        case .array(let items):
            self.hash = items.reduce(7) { Self.mix($0, $1.hash) }
            self.leaves = max(1, items.reduce(0) { $0 + $1.leaves })
        case .object(let members):
            self.hash = members.reduce(8) { Self.mix(Self.mix($0, $1.key), $1.value.hash) }
            self.leaves = max(1, members.reduce(0) { $0 + $1.value.leaves })
        }
    }

    private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        var mixed = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ (mixed >> 32)
    }

    private static func mix(_ hash: UInt64, _ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(Self.mix(hash, UInt64(bytes.count))) { Self.mix($0, UInt64($1)) }
    }
}

extension JSONNode {
    /// The value as JSON, keys sorted, cut to `limit` characters.
    func text(limit: Int = 128) -> String {
        var bytes: [UInt8] = []
        // A character takes at least a byte; what lies beyond is cut off below.
        self.write(to: &bytes, until: 4 * limit)
        return String(String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix(limit))
    }

    private func write(to bytes: inout [UInt8], until limit: Int) {
        guard bytes.count < limit else { return }
        switch self.content {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(_, let text): bytes.append(contentsOf: text.prefix(limit))
        case .string(let text): Self.write(text, to: &bytes, until: limit)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() where bytes.count < limit {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(to: &bytes, until: limit)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() where bytes.count < limit {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &bytes, until: limit)
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes, until: limit)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: [UInt8], to bytes: inout [UInt8], until limit: Int) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.prefix(limit) {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0..<0x20:
                bytes.append(contentsOf: (byte < 0x10 ? "\\u000" : "\\u00").utf8)
                bytes.append(contentsOf: String(byte, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
