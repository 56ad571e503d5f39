import Comparison
import Promotion
import TestSupport
import Testing

@Suite("Latency curves")
struct LatencyCurvesTests {
    @Test("steps are ascending, of equal ratio, and count every answer once")
    func steps() {
        var random = SeededRandom(seed: 3)
        let live = LegLatency.sample(around: 8_000, spread: 0.4, count: 5_000, &random)
        let curves = LatencyCurves(live: live, candidate: LegLatency(), noise: LegLatency())
        #expect(curves.live.reduce(0) { $0 + $1.count } == 5_000)
        #expect(curves.candidate.isEmpty && curves.noise.isEmpty)
        for (step, next) in zip(curves.live, curves.live.dropFirst()) { #expect(step.to <= next.from * 1.000_001) }
        for step in curves.live { #expect(abs(step.to / step.from - 1.122_018) < 1e-5 && step.count > 0) }
    }

    @Test(
        "a time lies in its step, in microseconds",
        arguments: [1, 900, 1_000, 8_123, 2_500_000, 5_000_000_000] as [UInt64]
    )
    func place(nanoseconds: UInt64) throws {
        var leg = LegLatency()
        leg.add(nanoseconds: nanoseconds)
        let step = try #require(LatencyCurves(live: leg, candidate: leg, noise: leg).live.first)
        let time = Double(nanoseconds) / 1_000
        #expect(step.from <= time * 1.000_001 && time < step.to && step.count == 1)
    }
}
