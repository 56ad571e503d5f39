/// FNV-1a, 64 bits, byte by byte: what words are told apart by, so that none is kept.
struct TextHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) { self.value = (self.value ^ UInt64(byte)) &* 0x100_0000_01B3 }

    static func of(_ text: UnsafeRawBufferPointer) -> UInt64 {
        var hash = TextHash()
        for byte in text { hash.add(byte) }
        return hash.value
    }

    static func of(_ text: StaticString) -> UInt64 {
        var hash = TextHash()
        text.withUTF8Buffer { bytes in
            for byte in bytes { hash.add(byte) }
        }
        return hash.value
    }
}
