/// Counts of durations in log-linear buckets: exact below 64 ns, above that within 1/64 of the value. About 30 kB once
/// used, nothing before; recording is a few instructions.
package struct LatencyHistogram: Sendable, Equatable {
    /// 64 buckets per power of two.
    private static let linearBits = 6
    private static let linearCount = 1 << linearBits

    private var counts: [UInt64] = []
    package private(set) var count: UInt64 = 0
    /// Nanoseconds, exact; 0 while empty.
    package private(set) var maximum: UInt64 = 0

    package init() {}

    /// `nanoseconds` beyond `Int64.max` count as that.
    package mutating func record(_ nanoseconds: UInt64) {
        if self.counts.isEmpty {
            self.counts = Array(repeating: 0, count: Self.bucket(of: UInt64(Int64.max)) + 1)
        }
        self.counts[Self.bucket(of: min(nanoseconds, UInt64(Int64.max)))] += 1
        self.count += 1
        self.maximum = max(self.maximum, nanoseconds)
    }

    package mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        if self.counts.isEmpty {
            self = other
            return
        }
        for index in other.counts.indices where other.counts[index] > 0 {
            self.counts[index] += other.counts[index]
        }
        self.count += other.count
        self.maximum = max(self.maximum, other.maximum)
    }

    /// The smallest recorded duration that at least the share `quantile` of all stays at or below, in nanoseconds, at
    /// most 1/64 too high; nil while empty. `quantile` is clamped to 0...1.
    package func value(at quantile: Double) -> UInt64? {
        guard self.count > 0 else { return nil }
        let share = min(max(quantile, 0), 1)
        let rank = min(max((Double(self.count) * share).rounded(.up), 1), Double(self.count))
        var seen: UInt64 = 0
        for index in self.counts.indices {
            seen += self.counts[index]
            if Double(seen) >= rank { return min(Self.upperBound(of: index), self.maximum) }
        }
        return self.maximum
    }

    private static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(self.linearCount) else { return Int(value) }
        let shift = (UInt64.bitWidth - 1 - value.leadingZeroBitCount) - self.linearBits
        return (shift << self.linearBits) + Int(value >> UInt64(shift))
    }

    /// The largest value that falls into the bucket.
    private static func upperBound(of bucket: Int) -> UInt64 {
        guard bucket >= 2 * self.linearCount else { return UInt64(bucket) }
        let shift = (bucket >> self.linearBits) - 1
        let mantissa = UInt64(bucket - (shift << self.linearBits))
        return (mantissa << UInt64(shift)) + (1 << UInt64(shift)) - 1
    }
}
