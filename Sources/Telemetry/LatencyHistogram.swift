/// Log-linear histogram of durations in nanoseconds: four buckets per power of two, so any quantile it reports is at
/// most 25 % above the true one. Fixed size, no allocation after init; recording is a few instructions.
package struct LatencyHistogram: Sendable, Equatable {
    /// Powers of two covered: 2^10 ns (1 µs) to 2^37 ns (137 s). Shorter and longer durations fall into the end buckets.
    private static let firstExponent = 10
    private static let lastExponent = 37
    private static let subBuckets = 4
    /// One below the covered range, one above it.
    static let bucketCount = (lastExponent - firstExponent) * subBuckets + 2

    private var counts: [UInt64]
    package private(set) var count: UInt64 = 0
    package private(set) var sumNanoseconds: UInt64 = 0
    package private(set) var maxNanoseconds: UInt64 = 0

    package init() {
        self.counts = Array(repeating: 0, count: Self.bucketCount)
    }

    package mutating func record(nanoseconds: UInt64) {
        self.counts[Self.bucket(of: nanoseconds)] &+= 1
        self.count &+= 1
        self.sumNanoseconds &+= nanoseconds
        if nanoseconds > self.maxNanoseconds { self.maxNanoseconds = nanoseconds }
    }

    package mutating func merge(_ other: LatencyHistogram) {
        for index in self.counts.indices { self.counts[index] &+= other.counts[index] }
        self.count &+= other.count
        self.sumNanoseconds &+= other.sumNanoseconds
        self.maxNanoseconds = max(self.maxNanoseconds, other.maxNanoseconds)
    }

    /// What was recorded after `earlier` was copied from this one; the longest of it is not known better than of all.
    package func since(_ earlier: LatencyHistogram?) -> LatencyHistogram {
        guard let earlier else { return self }
        var rest = self
        for index in rest.counts.indices { rest.counts[index] &-= earlier.counts[index] }
        rest.count &-= earlier.count
        rest.sumNanoseconds &-= earlier.sumNanoseconds
        return rest
    }

    /// The upper edge of the bucket that holds the `q`-quantile (0...1), in nanoseconds; nil when nothing was recorded.
    package func quantile(_ q: Double) -> UInt64? {
        guard self.count > 0 else { return nil }
        let rank = max(1, UInt64((q * Double(self.count)).rounded(.up)))
        var seen: UInt64 = 0
        for (index, bucket) in self.counts.enumerated() {
            seen &+= bucket
            if seen >= rank { return min(Self.upperEdge(of: index), self.maxNanoseconds) }
        }
        return self.maxNanoseconds
    }

    /// How many recorded durations are at most `nanoseconds`; exact when that is a bucket edge (any power of two).
    package func count(atMost nanoseconds: UInt64) -> UInt64 {
        var total: UInt64 = 0
        for index in self.counts.indices where Self.upperEdge(of: index) <= nanoseconds {
            total &+= self.counts[index]
        }
        return total
    }

    /// Bucket `i` holds durations in `(upperEdge(i - 1), upperEdge(i)]`; the last one everything above.
    static func bucket(of nanoseconds: UInt64) -> Int {
        guard nanoseconds > 1 << Self.firstExponent else { return 0 }
        // One less, so that an edge belongs to the bucket below it, as Prometheus' `le` wants.
        let value = nanoseconds - 1
        let exponent = 63 - value.leadingZeroBitCount
        guard exponent < Self.lastExponent else { return Self.bucketCount - 1 }
        let step = Int(value >> UInt64(exponent - 2)) & (Self.subBuckets - 1)
        return (exponent - Self.firstExponent) * Self.subBuckets + step + 1
    }

    static func upperEdge(of bucket: Int) -> UInt64 {
        guard bucket > 0 else { return 1 << Self.firstExponent }
        guard bucket < Self.bucketCount - 1 else { return .max }
        let exponent = Self.firstExponent + (bucket - 1) / Self.subBuckets
        let step = UInt64((bucket - 1) % Self.subBuckets)
        return (1 << UInt64(exponent)) + ((step + 1) << UInt64(exponent - 2))
    }
}
