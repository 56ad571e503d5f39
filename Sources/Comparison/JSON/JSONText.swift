/// Reads JSON (RFC 8259) that is an object or an array. Total: any bytes give a value or nil, within limits that bound
/// time, memory and stack.
struct JSONText {
    static let maximumBytes = 1_048_576
    static let maximumDepth = 64
    static let maximumValues = 65_536

    /// Nil when `bytes` are not an object or an array, are not UTF-8, or exceed a limit.
    static func parse(_ bytes: UnsafeRawBufferPointer) -> JSONNode? {
        guard bytes.count <= Self.maximumBytes,
            let first = bytes.first(where: { !Self.isSpace($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            String(validating: bytes, as: UTF8.self) != nil
        else { return nil }
        var reader = JSONText(bytes: bytes)
        guard let node = reader.value(depth: 0) else { return nil }
        reader.skipSpace()
        return reader.position == bytes.count ? node : nil
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var values = 0

    private init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private var current: UInt8? { self.position < self.bytes.count ? self.bytes[self.position] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private mutating func skipSpace() {
        while let byte = self.current, Self.isSpace(byte) { self.position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.current == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard self.bytes.count - self.position >= count else { return false }
        for index in 0..<count where self.bytes[self.position + index] != word.utf8Start[index] { return false }
        self.position += count
        return true
    }

    private mutating func value(depth: Int) -> JSONNode? {
        self.values += 1
        guard depth < Self.maximumDepth, self.values <= Self.maximumValues else { return nil }
        self.skipSpace()
        switch self.current {
        case UInt8(ascii: "{"): return self.object(depth: depth)
        case UInt8(ascii: "["): return self.array(depth: depth)
        case UInt8(ascii: "\""): return self.string().map { JSONNode(.string($0)) }
        case UInt8(ascii: "t"): return self.take("true") ? JSONNode(.bool(true)) : nil
        case UInt8(ascii: "f"): return self.take("false") ? JSONNode(.bool(false)) : nil
        case UInt8(ascii: "n"): return self.take("null") ? JSONNode(.null) : nil
        default: return self.number()
        }
    }

    private mutating func array(depth: Int) -> JSONNode? {
        self.position += 1
        var items: [JSONNode] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return JSONNode(.array([])) }
        while true {
            guard let item = self.value(depth: depth + 1) else { return nil }
            items.append(item)
            self.skipSpace()
            if self.take(UInt8(ascii: "]")) { return JSONNode(.array(items)) }
            guard self.take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private mutating func object(depth: Int) -> JSONNode? {
        self.position += 1
        var members: [JSONNode.Member] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return JSONNode(.object([])) }
        while true {
            self.skipSpace()
            guard let key = self.string() else { return nil }
            self.skipSpace()
            guard self.take(UInt8(ascii: ":")), let value = self.value(depth: depth + 1) else { return nil }
            members.append(JSONNode.Member(key: key, value: value))
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return JSONNode(.object(Self.sorted(members))) }
            guard self.take(UInt8(ascii: ",")) else { return nil }
        }
    }

    private static func sorted(_ members: [JSONNode.Member]) -> [JSONNode.Member] {
        let order = members.indices.sorted { first, second in
            if members[first].key == members[second].key { return first < second }
            return members[first].key.lexicographicallyPrecedes(members[second].key)
        }
        return order.map { members[$0] }
    }

    private mutating func number() -> JSONNode? {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) {
            guard self.digits() else { return nil }
        }
        if self.take(UInt8(ascii: ".")) {
            guard self.digits() else { return nil }
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            if !self.take(UInt8(ascii: "+")) { _ = self.take(UInt8(ascii: "-")) }
            guard self.digits() else { return nil }
        }
        let text = Array(self.bytes[start..<self.position])
        return JSONNode(.number(Double(String(decoding: text, as: UTF8.self)) ?? .infinity, text: text))
    }

    /// At least one.
    private mutating func digits() -> Bool {
        let start = self.position
        while let byte = self.current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { self.position += 1 }
        return self.position > start
    }

    private mutating func string() -> [UInt8]? {
        guard self.take(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while let byte = self.current {
            self.position += 1
            switch byte {
            case UInt8(ascii: "\""): return text
            case UInt8(ascii: "\\"):
                guard self.escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard let byte = self.current else { return false }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = self.scalar() else { return false }
            text.append(contentsOf: String(Character(scalar)).utf8)
        default: return false
        }
        return true
    }

    /// The scalar of `\uXXXX` or of a surrogate pair; U+FFFD for half a pair.
    private mutating func scalar() -> Unicode.Scalar? {
        guard let unit = self.codeUnit() else { return nil }
        guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let afterFirst = self.position
        guard self.take("\\u"), let second = self.codeUnit(), (0xDC00..<0xE000).contains(second) else {
            self.position = afterFirst
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() -> UInt32? {
        guard self.bytes.count - self.position >= 4 else { return nil }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(self.bytes[self.position])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
            self.position += 1
        }
        return unit
    }
}
