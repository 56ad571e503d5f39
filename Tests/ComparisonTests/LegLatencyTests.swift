import Comparison
import Testing

@Suite("Times of one leg on a logarithmic axis")
struct LegLatencyTests {
    @Test("each power of ten begins a step, times of nothing count as the shortest, empty steps are left out")
    func steps() {
        var leg = LegLatency()
        for time in [0, 1, 10, 10, 99, 1_000_000] as [UInt64] { leg.add(nanoseconds: time) }
        let steps = leg.steps(perDecade: 2)
        #expect(steps.map(\.step) == [0, 2, 3, 12])
        #expect(steps.map(\.count) == [2, 2, 1, 1])
        #expect(LegLatency().steps(perDecade: 2).isEmpty)
    }
}
