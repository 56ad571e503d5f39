/// The checksum of ZIP files (polynomial 0xEDB88320), eight bytes at a time.
struct CRC32 {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~self.state }

    /// Eight tables of 256: of a byte that 0 to 7 further bytes follow.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var word = UInt32(byte)
            for _ in 0..<8 { word = word & 1 == 1 ? (word >> 1) ^ 0xEDB8_8320 : word >> 1 }
            tables[byte] = word
        }
        for place in 256..<(8 * 256) {
            let word = tables[place - 256]
            tables[place] = (word >> 8) ^ tables[Int(word & 0xFF)]
        }
        return tables
    }()

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var state = self.state
        Self.tables.withUnsafeBufferPointer { tables in
            var place = 0
            while place + 8 <= bytes.count {
                let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) ^ state
                let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
                state =
                    tables[Int(low & 0xFF) + 7 * 256] ^ tables[Int(low >> 8 & 0xFF) + 6 * 256]
                    ^ tables[Int(low >> 16 & 0xFF) + 5 * 256] ^ tables[Int(low >> 24) + 4 * 256]
                state ^=
                    tables[Int(high & 0xFF) + 3 * 256] ^ tables[Int(high >> 8 & 0xFF) + 2 * 256]
                    ^ tables[Int(high >> 16 & 0xFF) + 256] ^ tables[Int(high >> 24)]
                place += 8
            }
            while place < bytes.count {
                state = (state >> 8) ^ tables[Int(state & 0xFF) ^ Int(bytes[place])]
                place += 1
            }
        }
        self.state = state
    }
}
