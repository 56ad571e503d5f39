extension JSONScanner {
    /// Stands at the opening quote, then behind the closing one.
    mutating func string() throws(JSONFault) {
        let start = self.at
        self.at += 1
        var isASCII = true
        while true {
            if !self.skipPlain() { isASCII = false }
            guard self.at < self.bytes.count else { throw self.fault("the string does not end") }
            switch self.bytes[self.at] {
            case 0x22:
                self.at += 1
                guard isASCII || isUTF8(UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.at])) else {
                    throw self.fault("the string is not UTF-8", at: start)
                }
                return
            case 0x5C: try self.escape()
            default: throw self.fault("a control character in a string must be escaped")
            }
        }
    }

    /// Goes on to the next quote, backslash or control character, or to the end.
    ///
    /// - Returns: true when all that it has seen is ASCII.
    @inline(__always)
    private mutating func skipPlain() -> Bool {
        let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        var at = self.at
        var seen: UInt64 = 0
        while self.bytes.count - at >= 8 {
            let word = UInt64(littleEndian: self.bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            seen |= word
            // The high bit of each byte that is zero behind an exclusive or, or less than a space; above the first of
            // them some others, too.
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let stops =
                (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word))
                & highs
            guard stops == 0 else {
                self.at = at + stops.trailingZeroBitCount / 8
                return seen & highs == 0
            }
            at += 8
        }
        while at < self.bytes.count {
            let byte = self.bytes[at]
            guard byte >= 0x20, byte != 0x22, byte != 0x5C else { break }
            seen |= UInt64(byte)
            at += 1
        }
        self.at = at
        return seen & highs == 0
    }

    private mutating func escape() throws(JSONFault) {
        let start = self.at
        self.at += 1
        switch self.byte {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            self.at += 1
        case 0x75:
            self.at += 1
            let unit = try self.hexadecimal()
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit & 0xFC00 == 0xD800, self.byte == 0x5C else { throw self.fault("a lone surrogate", at: start) }
            self.at += 1
            guard self.byte == 0x75 else { throw self.fault("a lone surrogate", at: start) }
            self.at += 1
            guard try self.hexadecimal() & 0xFC00 == 0xDC00 else { throw self.fault("a lone surrogate", at: start) }
        default:
            throw self.fault("an unknown escape", at: start)
        }
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = self.byte
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte & 0x0F
            case 0x41...0x46, 0x61...0x66: digit = (byte & 0x0F) + 9
            default: throw self.fault("expected a hexadecimal digit")
            }
            value = value << 4 | UInt32(digit)
            self.at += 1
        }
        return value
    }
}
