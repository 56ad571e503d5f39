extension UnsafeRawBufferPointer {
    /// Where the first `one` or `other` stands at or after `start`; `count` when there is none. Eight bytes at a time,
    /// as strings and lines are long.
    func firstIndex(of one: UInt8, or other: UInt8, from start: Int) -> Int {
        let (ones, others) = (Self.repeated(one), Self.repeated(other))
        var at = Swift.max(0, start)
        while at <= self.count - 8 {
            let word = UInt64(littleEndian: self.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            let found = Self.zeros(word ^ ones) | Self.zeros(word ^ others)
            if found != 0 { return at + found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < self.count, self[at] != one, self[at] != other { at += 1 }
        return Swift.min(at, self.count)
    }

    private static func repeated(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }

    /// The high bit of every byte that is zero, and perhaps of some above the lowest of them.
    private static func zeros(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
    }
}
