/// Levenshtein distance of byte strings with bounded cost.
package enum EditDistance {
    /// Longest part that is compared byte by byte.
    package static let limit = 2_048

    /// Insertions, deletions and replacements of bytes that lead from `first` to `second`. What both begin and end with is
    /// left out first, at any length; of the middles that remain the first `limit` bytes are compared and all
    /// bytes beyond count as different, so the result is exact up to there and an upper bound after. At most about a
    /// third of a millisecond.
    package static func bytes(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
        let shorter = min(first.count, second.count)
        var prefix = 0
        while prefix < shorter, first[prefix] == second[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < shorter - prefix, first[first.count - 1 - suffix] == second[second.count - 1 - suffix] {
            suffix += 1
        }
        let left = UnsafeRawBufferPointer(rebasing: first[prefix..<(first.count - suffix)])
        let right = UnsafeRawBufferPointer(rebasing: second[prefix..<(second.count - suffix)])
        let rest = max(0, max(left.count, right.count) - Self.limit)
        return rest
            + Self.myers(
                UnsafeRawBufferPointer(rebasing: left.prefix(Self.limit)),
                UnsafeRawBufferPointer(rebasing: right.prefix(Self.limit))
            )
    }

    /// The same as a share of the longer text's length, 0...1.
    package static func share(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Double {
        let longer = max(first.count, second.count)
        return longer == 0 ? 0 : min(1, Double(Self.bytes(first, second)) / Double(longer))
    }

    /// Bit-parallel columns of 64 rows (Myers 1999, blocks as in Hyyrö 2003).
    private static func myers(_ pattern: UnsafeRawBufferPointer, _ text: UnsafeRawBufferPointer) -> Int {
        guard !pattern.isEmpty else { return text.count }
        guard !text.isEmpty else { return pattern.count }
        let blocks = (pattern.count + 63) / 64
        var occurrences = [UInt64](repeating: 0, count: 256 * blocks)
        for (index, byte) in pattern.enumerated() {
            occurrences[Int(byte) * blocks + index / 64] |= 1 << UInt64(index % 64)
        }
        // Where a column grows (+1) and falls (-1) from one row to the next.
        var grows = [UInt64](repeating: .max, count: blocks)
        var falls = [UInt64](repeating: 0, count: blocks)
        let last = UInt64(1) << UInt64((pattern.count - 1) % 64)
        var distance = pattern.count
        for byte in text {
            var (carryGrows, carryFalls) = (UInt64(1), UInt64(0))
            for block in 0..<blocks {
                let (up, down) = (grows[block], falls[block])
                let match = occurrences[Int(byte) * blocks + block] | carryFalls
                let diagonal = (((match & up) &+ up) ^ up) | match | down
                var rowGrows = down | ~(diagonal | up)
                var rowFalls = diagonal & up
                if block == blocks - 1 {
                    if rowGrows & last != 0 { distance += 1 }
                    if rowFalls & last != 0 { distance -= 1 }
                }
                let carried = (rowGrows >> 63, rowFalls >> 63)
                rowGrows = (rowGrows << 1) | carryGrows
                rowFalls = (rowFalls << 1) | carryFalls
                (carryGrows, carryFalls) = carried
                grows[block] = rowFalls | ~(diagonal | rowGrows)
                falls[block] = rowGrows & diagonal
            }
        }
        return distance
    }
}
