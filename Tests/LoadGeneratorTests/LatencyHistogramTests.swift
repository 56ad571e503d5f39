import LoadGenerator
import Testing

@Suite struct LatencyHistogramTests {
    /// Durations of all magnitudes, the same at each run.
    private func durations(_ count: Int) -> [UInt64] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<count).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return (state >> 20) >> (state % 40)
        }
    }

    @Test("an empty histogram has no quantiles")
    func empty() {
        #expect(LatencyHistogram().value(at: 0.5) == nil)
        #expect(LatencyHistogram().maximum == 0)
    }

    @Test(
        "a quantile lies at the exact one or at most 1/64 above",
        arguments: [0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]
    )
    func quantiles(_ quantile: Double) throws {
        let values = self.durations(5000)
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        let sorted = values.sorted()
        let exact = sorted[max(0, Int((Double(values.count) * quantile).rounded(.up)) - 1)]
        let found = try #require(histogram.value(at: quantile))
        #expect(found >= exact)
        #expect(found <= exact + exact / 64)
    }

    @Test("durations below 128 ns are exact")
    func exactBelow() {
        for value in UInt64(0)..<128 {
            var histogram = LatencyHistogram()
            histogram.record(value)
            histogram.record(1000)
            #expect(histogram.value(at: 0.5) == value)
        }
    }

    @Test("the maximum is exact, and the highest quantile")
    func maximum() {
        var histogram = LatencyHistogram()
        for value: UInt64 in [3, 1_000_003, 70] { histogram.record(value) }
        #expect(histogram.maximum == 1_000_003)
        #expect(histogram.value(at: 1) == 1_000_003)
    }

    @Test("merging two histograms is recording everything in one")
    func merge() {
        let values = self.durations(2000)
        var all = LatencyHistogram()
        var first = LatencyHistogram()
        var second = LatencyHistogram()
        for (index, value) in values.enumerated() {
            all.record(value)
            if index.isMultiple(of: 3) { first.record(value) } else { second.record(value) }
        }
        first.merge(second)
        #expect(first == all)
        first.merge(LatencyHistogram())
        #expect(first == all)
        var fresh = LatencyHistogram()
        fresh.merge(all)
        #expect(fresh == all)
    }

    @Test("the longest duration there is does not overflow")
    func extreme() {
        var histogram = LatencyHistogram()
        histogram.record(.max)
        #expect(histogram.count == 1)
        #expect(histogram.value(at: 0.5) != nil)
    }
}
