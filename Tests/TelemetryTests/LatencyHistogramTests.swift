import Telemetry
import TestSupport
import Testing

@Suite struct LatencyHistogramTests {
    private static func histogram(_ values: [UInt64]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for value in values { histogram.record(nanoseconds: value) }
        return histogram
    }

    @Test("An empty histogram has no quantile")
    func empty() {
        #expect(LatencyHistogram().quantile(0.5) == nil)
        #expect(LatencyHistogram().count(atMost: .max) == 0)
    }

    @Test("A duration equal to a power of two counts as at most that, one nanosecond more does not", arguments: 10...37)
    func powersOfTwo(_ exponent: Int) {
        let edge = UInt64(1) << UInt64(exponent)
        let histogram = Self.histogram([edge, edge + 1])
        #expect(histogram.count(atMost: edge) == 1)
    }

    @Test("Durations beyond the covered range are counted, and no finite edge claims them", arguments: [1 << 38, .max])
    func longest(_ nanoseconds: UInt64) {
        let histogram = Self.histogram([nanoseconds])
        #expect(histogram.count == 1)
        #expect(histogram.count(atMost: 1 << 37) == 0)
        #expect(histogram.quantile(0.99) == nanoseconds)
    }

    @Test("Durations below the covered range fall into the first bucket", arguments: [0, 1, 1_023] as [UInt64])
    func shortest(_ nanoseconds: UInt64) {
        let histogram = Self.histogram([nanoseconds])
        #expect(histogram.count(atMost: 1_024) == 1)
        #expect(histogram.quantile(0.5) == nanoseconds)
    }

    @Test("Count, sum and maximum are exact")
    func exact() {
        let histogram = Self.histogram([5, 70_000, 1_000_000_000])
        #expect(histogram.count == 3)
        #expect(histogram.sumNanoseconds == 1_000_070_005)
        #expect(histogram.maxNanoseconds == 1_000_000_000)
    }

    @Test("Any quantile is at least the true one and at most a quarter more", arguments: 1...20 as ClosedRange<UInt64>)
    func quantileError(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var values = (0..<Int.random(in: 1...3_000, using: &random)).map { _ in
            // Log-uniform over the covered range, so that every bucket gets its turn.
            UInt64.random(in: 1_024...(1 << UInt64.random(in: 11...37, using: &random)), using: &random)
        }
        let histogram = Self.histogram(values)
        values.sort()
        for q in [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1] {
            let rank = max(1, Int((q * Double(values.count)).rounded(.up)))
            let truth = values[rank - 1]
            let estimate = try #require(histogram.quantile(q))
            #expect(estimate >= truth)
            #expect(Double(estimate) <= Double(truth) * 1.25)
        }
    }

    @Test("Counting up to a power of two agrees with counting by hand", arguments: 1...5 as ClosedRange<UInt64>)
    func countAtMost(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let values = (0..<500).map { _ in
            UInt64.random(in: 0...(1 << 39), using: &random) >> UInt64.random(in: 0...30, using: &random)
        }
        let histogram = Self.histogram(values)
        for exponent in 10...37 {
            let edge = UInt64(1) << UInt64(exponent)
            #expect(histogram.count(atMost: edge) == UInt64(values.count { $0 <= edge }))
        }
    }

    @Test("Merging two histograms equals recording everything into one")
    func merge() {
        let left: [UInt64] = [1, 2_000, 3_000_000]
        let right: [UInt64] = [9, 2_000, 1 << 40]
        var merged = Self.histogram(left)
        merged.merge(Self.histogram(right))
        #expect(merged == Self.histogram(left + right))
    }

    @Test("What came since a copy is the difference, and all of it without a copy")
    func since() {
        let earlier = Self.histogram([1_000, 2_000_000])
        var later = earlier
        for value: UInt64 in [4_000, 4_000, 8_000_000] { later.record(nanoseconds: value) }
        #expect(later.since(earlier) == Self.histogram([4_000, 4_000, 8_000_000]))
        #expect(later.since(nil) == later)
        #expect(later.since(later).quantile(0.5) == nil)
    }
}
