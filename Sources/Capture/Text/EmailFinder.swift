/// E-mail addresses: around each `@` what may stand in a local part, then a domain with a dot and a letter.
enum EmailFinder {
    /// - Parameters:
    ///   - isText: bytes beyond ASCII are letters, not noise.
    ///   - isCut: the text may have been cut, so that a domain at its end need not be complete.
    static func find(in bytes: Bytes, isText: Bool, isCut: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for at in bytes.indices where bytes[at] == UInt8(ascii: "@") {
            var start = at
            while start > 0, Self.isLocal(bytes[start - 1], isText) { start -= 1 }
            // They quote more often than they belong to a name.
            while start < at, bytes[start] == 0x27 || bytes[start] == 0x60 || bytes[start] == 0x7B { start += 1 }
            guard start < at else { continue }
            var end = at + 1
            while end < bytes.count, Self.isDomain(bytes[end], isText) { end += 1 }
            let isAtEnd = end == bytes.count
            while end > at + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: "-") { end -= 1 }
            let domain = Bytes(rebasing: bytes[(at + 1)..<end])
            let isWhole =
                domain.contains(UInt8(ascii: ".")) && domain.first != UInt8(ascii: ".")
                && domain.contains { $0.isLetter || $0 >= 0x80 }
            if isWhole || (isCut && isAtEnd) { found.append(start..<max(end, at + 1)) }
        }
        return found
    }

    /// RFC 5322's atoms without `/`, `=` and `?`: those stand before addresses in links and forms.
    private static func isLocal(_ byte: UInt8, _ isText: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
            UInt8(ascii: "}"), UInt8(ascii: "~"):
            true
        case 0x80...: isText
        default: byte.isAlphanumeric
        }
    }

    private static func isDomain(_ byte: UInt8, _ isText: Bool) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || (byte >= 0x80 && isText)
    }
}
