/// Finds its way in the bytes of a document that the parser has read already, as the tape does not say where its values
/// stood. It checks bounds and trusts the syntax.
struct JSONLayout {
    let bytes: UnsafeRawBufferPointer

    /// Where the value of a member of the document's object stands, counting members from 0; nil if it has fewer.
    func value(ofMember member: Int) -> Range<Int>? {
        var at = self.skipSpace(0)
        guard self[at] == UInt8(ascii: "{") else { return nil }
        for count in 0... {
            let key = self.skipSpace(at + 1)
            guard self[key] == UInt8(ascii: "\"") else { return nil }
            let colon = self.skipSpace(self.skipString(key))
            let start = self.skipSpace(colon + 1)
            let end = self.skipValue(start)
            if count == member { return start..<end }
            at = self.skipSpace(end)
            guard self[at] == UInt8(ascii: ",") else { return nil }
        }
        return nil
    }

    /// Calls `body` with the runs of bytes between white space, which together are the same document.
    func forEachRun(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        var at = 0
        while let byte = self[at] {
            if byte == UInt8(ascii: "\"") {
                at = self.skipString(at)
            } else if Self.isSpace(byte) {
                if at > start { body(.init(rebasing: self.bytes[start..<at])) }
                at = self.skipSpace(at)
                start = at
            } else {
                at += 1
            }
        }
        if at > start { body(.init(rebasing: self.bytes[start..<at])) }
    }

    private subscript(at: Int) -> UInt8? { at < self.bytes.count ? self.bytes[at] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private func skipSpace(_ start: Int) -> Int {
        var at = start
        while let byte = self[at], Self.isSpace(byte) { at += 1 }
        return at
    }

    /// - Parameter start: of the opening quote.
    private func skipString(_ start: Int) -> Int {
        var at = start + 1
        while at < self.bytes.count {
            at = self.bytes.firstIndex(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: at)
            if self[at] == UInt8(ascii: "\"") { return at + 1 }
            at += 2
        }
        return self.bytes.count
    }

    private func skipValue(_ start: Int) -> Int {
        var at = start
        var depth = 0
        while let byte = self[at] {
            switch byte {
            case UInt8(ascii: "\""):
                at = self.skipString(at)
                if depth == 0 { return at }
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard depth > 0 else { return at }
                depth -= 1
                if depth == 0 { return at + 1 }
            case UInt8(ascii: ","):
                if depth == 0 { return at }
            default:
                if depth == 0, Self.isSpace(byte) { return at }
            }
            at += 1
        }
        return at
    }
}
