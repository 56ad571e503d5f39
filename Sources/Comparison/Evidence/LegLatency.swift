import Glibc
import Histogram

/// Times of one leg: an HDR histogram of nanoseconds with three significant digits, beside the exact sum and maximum.
/// Times beyond 18 minutes count as 18 minutes. The histogram grows with the largest time, to 262 KB at most.
package struct LegLatency: Sendable, Equatable {
    private static let longest: UInt64 = 1 << 40
    /// 146 years; more than that, the histogram could not add up.
    private static let largestSum: UInt64 = 1 << 62

    private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)
    /// Exact, nanoseconds.
    package private(set) var sum: UInt64 = 0
    /// Exact, nanoseconds.
    package private(set) var max: UInt64 = 0

    package init() {}

    package mutating func add(nanoseconds: UInt64) {
        let time = min(nanoseconds, Self.longest)
        guard self.sum < Self.largestSum else { return }
        self.histogram.record(time)
        self.sum += time
        self.max = Swift.max(self.max, time)
    }

    package var count: UInt64 { self.histogram.totalCount }
    /// Nanoseconds; 0 when there is nothing.
    package var mean: Double { self.count == 0 ? 0 : Double(self.sum) / Double(self.count) }

    /// For each of `shares`, ascending and in 0...1, nanoseconds at most 0.1 % above that quantile; 0 when there is nothing.
    /// One walk through the histogram: its own quantiles are not specialised for our counts and take a hundred times as long.
    package func quantiles(_ shares: [Double]) -> [UInt64] {
        self.values(atRanks: shares.map { UInt64(($0 * Double(self.count)).rounded(.up)) })
    }

    /// For each of `ranks`, ascending and from 1, the time of that place when all are sorted, nanoseconds, at most 0.1 % above
    /// it; the largest beyond the last.
    package func values(atRanks ranks: [UInt64]) -> [UInt64] {
        var found: [UInt64] = []
        for bucket in self.histogram.recordedValues() {
            while found.count < ranks.count, bucket.totalCountToThisValue >= ranks[found.count] {
                found.append(min(bucket.value, self.max))
            }
        }
        return found + Array(repeating: self.max, count: ranks.count - found.count)
    }

    /// Counts on a logarithmic axis: step `k` holds the times from 10^(k / `perDecade`) nanoseconds up to the next step.
    /// Ascending, without empty steps; times under a nanosecond count as one.
    package func steps(perDecade: Int) -> [(step: Int, count: UInt64)] {
        var steps: [(step: Int, count: UInt64)] = []
        for bucket in self.histogram.recordedValues() {
            let time = Double(Swift.max(1, min(bucket.value, self.max)))
            let step = Int((log10(time) * Double(perDecade)).rounded(.down))
            if let last = steps.last, last.step == step {
                steps[steps.count - 1].count += bucket.count
            } else {
                steps.append((step, bucket.count))
            }
        }
        return steps
    }
}

extension LegLatency: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.sum)
        writer.write(self.max)
        var buckets = BinaryWriter()
        var count: UInt64 = 0
        var last: UInt64 = 0
        for bucket in self.histogram.recordedValues() {
            buckets.write(bucket.value - last)
            buckets.write(bucket.count)
            last = bucket.value
            count += 1
        }
        writer.write(count)
        writer.append(buckets.bytes)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.sum = try reader.readUnsigned()
        self.max = try reader.readUnsigned()
        guard self.sum <= Self.largestSum + Self.longest, self.max <= Self.longest else {
            throw reader.damage("a time that cannot have been measured")
        }
        var value: UInt64 = 0
        var weight: UInt64 = 0
        for _ in 0..<(try reader.readCount()) {
            let step = try reader.readUnsigned()
            let count = try reader.readUnsigned()
            let (next, isTooLarge) = value.addingReportingOverflow(step)
            let (part, isTooHeavy) = next.multipliedReportingOverflow(by: count)
            let (sum, overflow) = weight.addingReportingOverflow(part)
            guard !isTooLarge, !isTooHeavy, !overflow, next < 2 * Self.longest, sum < 2 * Self.largestSum, count > 0
            else { throw reader.damage("a time that cannot have been measured") }
            (value, weight) = (next, sum)
            // A bucket is written by its upper end; the largest time is known exactly.
            self.histogram.record(min(value, self.max), count: count)
        }
    }
}
