/// A set of keys as a bitmap: an eighth of a byte for each key up to the largest.
package struct RowSet: Sendable {
    private(set) var words: [UInt64] = []
    package private(set) var count = 0

    package init() {}

    package mutating func insert(_ key: UInt32) {
        let word = Int(key >> 6)
        if word >= self.words.count { self.words += repeatElement(0, count: word + 1 - self.words.count) }
        let bit: UInt64 = 1 << UInt64(key & 63)
        if self.words[word] & bit == 0 { self.count += 1 }
        self.words[word] |= bit
    }

    package func contains(_ key: UInt32) -> Bool {
        let word = Int(key >> 6)
        return word < self.words.count && self.words[word] & (1 << UInt64(key & 63)) != 0
    }

    /// Calls `body` with the members in `range`, ascending. Linear in the range's words and the members found.
    func forEach(in range: ClosedRange<UInt32>, _ body: (UInt32) -> Void) {
        let first = Int(range.lowerBound >> 6)
        let last = min(Int(range.upperBound >> 6), self.words.count - 1)
        guard first <= last else { return }
        for word in first...last {
            var bits = self.words[word]
            if word == first { bits &= ~0 << UInt64(range.lowerBound & 63) }
            if word == Int(range.upperBound >> 6) { bits &= ~0 >> UInt64(63 - range.upperBound & 63) }
            while bits != 0 {
                body(UInt32(word << 6 + bits.trailingZeroBitCount))
                bits &= bits &- 1
            }
        }
    }
}
