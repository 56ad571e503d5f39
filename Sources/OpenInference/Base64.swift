/// Base64 of RFC 4648 section 4.
package enum Base64 {
    /// How many bytes `text` stands for, whose padding may be left out; nil if its length cannot be one of base64.
    package static func decodedCount(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        let digits = Self.digits(text)
        guard digits % 4 != 1, text.count == digits || text.count % 4 == 0 else { return nil }
        return digits / 4 * 3 + max(0, digits % 4 - 1)
    }

    /// Writes `decodedCount(text)` bytes to the front of `target`, which has room for them. False where a byte is none
    /// of the alphabet.
    package static func decode(_ text: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableRawBufferPointer) -> Bool {
        var bits: UInt32 = 0
        var written = 0
        for (position, byte) in text.prefix(Self.digits(text)).enumerated() {
            guard let digit = Self.digit(byte) else { return false }
            bits = bits << 6 | UInt32(digit)
            // Each digit after the first of four completes a byte.
            let pending = 6 - 2 * (position % 4)
            guard pending < 6 else { continue }
            guard written < target.count else { return false }
            target[written] = UInt8(truncatingIfNeeded: bits >> UInt32(pending))
            written += 1
        }
        return true
    }

    /// Writes `bytes` with padding.
    static func put(_ bytes: UnsafeRawBufferPointer, to cursor: inout JSONCursor) {
        var start = 0
        while start < bytes.count {
            let count = min(3, bytes.count - start)
            var bits: UInt32 = 0
            for index in 0..<3 {
                bits = bits << 8 | (index < count ? UInt32(bytes[start + index]) : 0)
            }
            for place in 0..<4 {
                let digit = UInt8(truncatingIfNeeded: bits >> UInt32(18 - 6 * place)) & 63
                cursor.put(place <= count ? Self.letter(digit) : UInt8(ascii: "="))
            }
            start += 3
        }
    }

    /// Digits before the padding.
    private static func digits(_ text: UnsafeBufferPointer<UInt8>) -> Int {
        text.count - min(2, text.reversed().prefix { $0 == UInt8(ascii: "=") }.count)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }

    private static func letter(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 0..<26: UInt8(ascii: "A") + digit
        case 26..<52: UInt8(ascii: "a") + digit - 26
        case 52..<62: UInt8(ascii: "0") + digit - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }
}
