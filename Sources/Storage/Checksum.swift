/// FNV-1a over fields with their presence and length, so that no two different records share a text form.
struct Checksum {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// As stored: SQLite's integers are signed.
    var value: Int64 { Int64(bitPattern: self.hash) }

    mutating func add(_ integer: Int64) {
        withUnsafeBytes(of: integer.littleEndian) { bytes in
            for byte in bytes { self.add(byte) }
        }
    }

    mutating func add(_ text: String?) {
        guard let text else { return self.add(Int64(-1)) }
        self.add(Int64(text.utf8.count))
        for byte in text.utf8 { self.add(byte) }
    }

    private mutating func add(_ byte: UInt8) {
        self.hash = (self.hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
