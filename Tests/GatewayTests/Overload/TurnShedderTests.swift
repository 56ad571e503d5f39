import Gateway
import TestSupport
import Testing

@Suite struct TurnShedderTests {
    /// An event loop that answers requests itself, each on a connection of its own; a refusal costs it something too.
    private struct Loop {
        var service: UInt64 = 1_000_000
        var refusal: UInt64 = 25_000
        var sheds = true

        func run(_ arrivals: Arrivals, measured span: Range<UInt64>) -> SimulatedOutcome {
            var outcome = SimulatedOutcome()
            var shedder = TurnShedder(OverloadLimits())
            var now: UInt64 = 0
            var planned: UInt64 = 50_000_000
            var next = 0
            while next < arrivals.times.count {
                now = max(now, min(arrivals.times[next], max(planned, now)))
                // What is ready when the turn begins.
                var ready = next
                while ready < arrivals.times.count, arrivals.times[ready] <= now { ready += 1 }
                for arrival in arrivals.times[next..<ready] {
                    if shedder.isShedding { _ = shedder.beginsTurn(now: now) }
                    let isRefused = self.sheds && !shedder.admits(now: now)
                    now += isRefused ? self.refusal : self.service
                    outcome.note(arrival, at: now, isRefused: isRefused, span)
                }
                next = ready
                shedder.endTurn()
                if planned <= now {
                    shedder.note(late: now - planned, now: now)
                    planned = now + 50_000_000
                }
            }
            return outcome
        }
    }

    private static let measured: Range<UInt64> = 2_000_000_000..<22_000_000_000

    @Test func `three times the load that can be borne leaves nine tenths of the answers, in at most twice the time`() {
        var open = Loop()
        open.sheds = false
        let calm = open.run(Arrivals([(900, 22_000_000_000)], seed: 2), measured: Self.measured)
        let pressed = Loop().run(Arrivals([(3_000, 22_000_000_000)], seed: 3), measured: Self.measured)
        #expect(pressed.answered.count >= 18_000)
        #expect(pressed.p99 <= 2 * calm.p99)
    }

    @Test func `without shedding the same load would wait for seconds`() {
        var loop = Loop()
        loop.sheds = false
        let outcome = loop.run(Arrivals([(3_000, 22_000_000_000)], seed: 3), measured: Self.measured)
        #expect(outcome.p99 > 10_000_000_000)
    }

    @Test func `once the load drops nothing is refused after two seconds`() {
        let phases: [(Double, UInt64)] = [(3_000, 10_000_000_000), (500, 22_000_000_000)]
        let outcome = Loop().run(Arrivals(phases, seed: 5), measured: Self.measured)
        #expect(outcome.lastRefusal > 9_900_000_000)
        #expect(outcome.lastRefusal < 12_000_000_000)
    }

    @Test func `a turn is judged only while the loop is late`() {
        var shedder = TurnShedder(OverloadLimits())
        let begins = [shedder.beginsTurn(now: 1), shedder.beginsTurn(now: 2)]
        let isAdmitted = shedder.admits(now: 1_000_000_000)
        #expect(begins == [true, false])
        #expect(isAdmitted)
    }

    @Test func `a process that was stopped once refuses nothing`() {
        var shedder = TurnShedder(OverloadLimits())
        shedder.note(late: 2_000_000_000, now: 3_000_000_000)
        shedder.note(late: 100_000, now: 3_050_000_000)
        #expect(!shedder.isShedding)
    }
}
