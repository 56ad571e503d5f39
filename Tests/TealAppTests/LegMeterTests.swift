import ServingCore
import TealApp
import Telemetry
import TestSupport
import Testing

@Suite("Both legs of the pairs of a second")
struct LegMeterTests {
    private final class Sink: PairSink {
        let pairs = Outcomes<Int64>()

        func accept(_ pair: Pair) { self.pairs.deliver(pair.id) }
    }

    private static func pair(_ id: Int64, release: Int64, candidate: Leg.Outcome = .answered) -> Pair {
        Pair(
            id: id,
            release: release,
            inputs: [],
            live: Leg(outcome: .answered, nanoseconds: 1_000_000),
            candidate: Leg(outcome: candidate, nanoseconds: 3_000_000),
            noise: nil
        )
    }

    @Test("are counted by release, with what failed, and handed on")
    func counted() {
        let sink = Sink()
        let meter = LegMeter(sink)
        meter.accept(Self.pair(1, release: 7))
        meter.accept(Self.pair(2, release: 7, candidate: .invalid))
        meter.accept(Self.pair(3, release: 8))
        let legs = meter.take()
        #expect(legs[7]?.pairs == 2)
        #expect(legs[7]?.live.errors == 0)
        #expect(legs[7]?.candidate.errors == 1)
        #expect(legs[7]?.candidate.times.count == 2)
        #expect(legs[8]?.pairs == 1)
        #expect(sink.pairs.all == [1, 2, 3])
    }

    @Test("begin anew once they are taken")
    func taken() {
        let meter = LegMeter(Sink())
        meter.accept(Self.pair(1, release: 7))
        _ = meter.take()
        #expect(meter.take().isEmpty)
    }
}
