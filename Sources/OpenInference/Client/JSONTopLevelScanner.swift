/// Finds the members of a JSON object without parsing their values: for looking at a large document that somebody else
/// will parse. What it finds in a document that is not JSON means nothing, but lies inside it.
struct JSONTopLevelScanner {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    private var isFirst = true
    /// The object has ended, and nothing but space follows it.
    private(set) var isAtEnd = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Key, as it is written between its quotes, and value of the next member; nil at the end of the object, or where
    /// the document ends too early or is no object.
    mutating func next() -> (key: Range<Int>, value: Range<Int>)? {
        self.skipSpace()
        if self.isFirst {
            guard self.take(UInt8(ascii: "{")) else { return nil }
            self.skipSpace()
            if self.take(UInt8(ascii: "}")) { return self.end() }
        } else if self.take(UInt8(ascii: "}")) {
            return self.end()
        } else if !self.take(UInt8(ascii: ",")) {
            return nil
        }
        self.isFirst = false
        self.skipSpace()
        let start = self.at
        guard self.byte == UInt8(ascii: "\""), self.skipString() else { return nil }
        let key = (start + 1)..<(self.at - 1)
        self.skipSpace()
        guard self.take(UInt8(ascii: ":")) else { return nil }
        self.skipSpace()
        let value = self.at
        guard self.skipValue(), self.at > value else { return nil }
        return (key, value..<self.at)
    }

    /// Whether the value of a member is a list or an object.
    func isContainer(_ value: Range<Int>) -> Bool {
        // The brackets and braces that open differ in the bit of lower case.
        value.lowerBound < self.bytes.count && self.bytes[value.lowerBound] | 0x20 == 0x7B
    }

    private mutating func end() -> (key: Range<Int>, value: Range<Int>)? {
        self.skipSpace()
        self.isAtEnd = self.at == self.bytes.count
        self.at = self.bytes.count
        return nil
    }

    private var byte: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard self.byte == wanted else { return false }
        self.at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = self.byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.at += 1 }
    }

    /// False when the document ends before the value does.
    private mutating func skipValue() -> Bool {
        switch self.byte {
        case UInt8(ascii: "\""): return self.skipString()
        case UInt8(ascii: "["), UInt8(ascii: "{"): return self.skipContainer()
        default:
            while let byte = self.byte, byte != 0x2C, byte | 0x20 != 0x7D, byte > 0x20 { self.at += 1 }
            // A number may go on in bytes that have not come.
            return self.at < self.bytes.count
        }
    }

    private mutating func skipString() -> Bool {
        self.at += 1
        while self.at < self.bytes.count {
            switch self.bytes[self.at] {
            case 0x22:
                self.at += 1
                return true
            // What an escape escapes ends no string.
            case 0x5C: self.at += 2
            default: self.at += 1
            }
        }
        return false
    }

    private mutating func skipContainer() -> Bool {
        var depth = 0
        while self.at < self.bytes.count {
            // Long runs of numbers hold none of the bytes that matter: `"`, brackets and braces.
            if self.bytes.count - self.at >= 8 {
                let word = self.bytes.loadUnaligned(fromByteOffset: self.at, as: UInt64.self)
                let folded = word | 0x2020_2020_2020_2020
                guard Self.holds(folded, 0x7B) | Self.holds(folded, 0x7D) | Self.holds(word, 0x22) != 0 else {
                    self.at += 8
                    continue
                }
            }
            let end = min(self.at + 8, self.bytes.count)
            while self.at < end {
                switch self.bytes[self.at] {
                case 0x22:
                    guard self.skipString() else { return false }
                case 0x5B, 0x7B:
                    depth += 1
                    self.at += 1
                case 0x5D, 0x7D:
                    depth -= 1
                    self.at += 1
                    if depth == 0 { return true }
                default:
                    self.at += 1
                }
            }
        }
        return false
    }

    /// Not 0 when one of the eight bytes of `word` is `byte`.
    private static func holds(_ word: UInt64, _ byte: UInt64) -> UInt64 {
        let difference = word ^ (byte &* 0x0101_0101_0101_0101)
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }
}
