/// Where in a JSON text a value stands, as text that grows and shrinks while the text is walked: `$.items[*].name`,
/// `$['first name']`.
struct FieldPath {
    /// Longest part of a key that is written, in bytes.
    static let longestKey = 64

    private var bytes: [UInt8] = [UInt8(ascii: "$")]

    var text: String { String(decoding: self.bytes, as: UTF8.self) }

    var length: Int { self.bytes.count }

    mutating func append(key: [UInt8]) {
        if Self.isPlain(key) {
            self.bytes.append(UInt8(ascii: "."))
            self.bytes.append(contentsOf: key)
            return
        }
        self.bytes.append(contentsOf: "['".utf8)
        for byte in key.prefix(Self.longestKey) {
            if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\") { self.bytes.append(UInt8(ascii: "\\")) }
            self.bytes.append(byte)
        }
        self.bytes.append(contentsOf: "']".utf8)
    }

    mutating func appendItem() {
        self.bytes.append(contentsOf: "[*]".utf8)
    }

    /// Back to an earlier `length`.
    mutating func cut(to length: Int) {
        self.bytes.removeLast(max(0, self.bytes.count - max(1, length)))
    }

    /// How this type writes a path that a person wrote: `a.b[3]['c']` is `$.a.b[*].c`.
    static func canonical(_ written: String) -> String {
        var rest = Array(written.utf8)[...]
        var path = FieldPath()
        if rest.first == UInt8(ascii: "$") { rest.removeFirst() }
        while let first = rest.first {
            if first == UInt8(ascii: "[") {
                rest.removeFirst()
                Self.bracket(&rest, &path)
            } else {
                if first == UInt8(ascii: ".") { rest.removeFirst() }
                let key = rest.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
                rest = rest.dropFirst(key.count)
                if !key.isEmpty { path.append(key: Array(key)) }
            }
        }
        return path.text
    }

    /// What follows a `[`, up to and with its `]`.
    private static func bracket(_ rest: inout ArraySlice<UInt8>, _ path: inout FieldPath) {
        guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            rest = rest.drop { $0 != UInt8(ascii: "]") }.dropFirst()
            path.appendItem()
            return
        }
        rest.removeFirst()
        var key: [UInt8] = []
        while let byte = rest.popFirst(), byte != quote {
            key.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        if rest.first == UInt8(ascii: "]") { rest.removeFirst() }
        path.append(key: key)
    }

    private static func isPlain(_ key: [UInt8]) -> Bool {
        guard let first = key.first, key.count <= Self.longestKey, !Self.isDigit(first), first != UInt8(ascii: "-")
        else {
            return false
        }
        return key.allSatisfy { byte in
            Self.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 0x80
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
