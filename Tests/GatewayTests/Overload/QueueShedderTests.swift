import Gateway
import TestSupport
import Testing

@Suite struct QueueShedderTests {
    /// A version with one worker thread, whose requests come over two event loops. A run takes `service`, by chance
    /// more or less when `isRandom`.
    private struct Server {
        var service: Double
        var isRandom = false
        var sheds = true
        var seed: UInt64 = 1

        func run(_ arrivals: Arrivals, measured span: Range<UInt64>) -> SimulatedOutcome {
            var random = SeededRandom(seed: self.seed)
            var outcome = SimulatedOutcome()
            var loops = [QueueShedder(OverloadLimits()), QueueShedder(OverloadLimits())]
            var (onTheWay, finished) = ([0, 0], [UInt64(0), 0])
            var waiting: [(arrival: UInt64, loop: Int)] = []
            var head = 0
            var current: (arrival: UInt64, loop: Int, end: UInt64)?
            var started: UInt64 = 0
            var look: UInt64 = 50_000_000

            func start(_ now: UInt64) {
                guard current == nil, head < waiting.count else { return }
                let next = waiting[head]
                head += 1
                started += 1
                let factor = self.isRandom ? -Arrivals.logarithm(&random) : 1
                current = (next.arrival, next.loop, now + UInt64(self.service * factor) + 1)
            }
            func advance(to time: UInt64) {
                while true {
                    if let run = current, run.end <= min(time, look) {
                        outcome.note(run.arrival, at: run.end, isRefused: false, span)
                        onTheWay[run.loop] -= 1
                        finished[run.loop] += 1
                        current = nil
                        start(run.end)
                    } else if look <= time {
                        for loop in loops.indices {
                            let sample = QueueShedder.Sample(
                                age: head < waiting.count ? look - waiting[head].arrival : 0,
                                running: current == nil ? 0 : 1,
                                started: started,
                                finished: finished[loop]
                            )
                            loops[loop].note(sample, now: look)
                        }
                        look += 50_000_000
                    } else {
                        return
                    }
                }
            }
            for arrival in arrivals.times {
                advance(to: arrival)
                let loop = Int.random(in: 0...1, using: &random)
                guard !self.sheds || loops[loop].admits(beside: onTheWay[loop], now: arrival) else {
                    outcome.note(arrival, at: arrival, isRefused: true, span)
                    continue
                }
                onTheWay[loop] += 1
                waiting.append((arrival, loop))
                start(arrival)
            }
            advance(to: span.upperBound + 60_000_000_000)
            return outcome
        }
    }

    private static let measured: Range<UInt64> = 2_000_000_000..<22_000_000_000

    @Test(arguments: [(200_000.0, true), (1_000_000, true), (1_000_000, false), (5_000_000, true), (40_000_000, false)])
    func `three times the load that can be borne leaves nine tenths of the answers, in at most twice the time`(
        service: Double,
        isRandom: Bool
    ) {
        let saturation = 1e9 / service
        let end = Self.measured.upperBound
        let server = Server(service: service, isRandom: isRandom)
        var open = server
        open.sheds = false
        let calm = open.run(Arrivals([(0.9 * saturation, end)], seed: 2), measured: Self.measured)
        let pressed = server.run(Arrivals([(3 * saturation, end)], seed: 3), measured: Self.measured)
        #expect(Double(pressed.answered.count) >= 0.9 * saturation * 20)
        #expect(pressed.p99 <= 2 * calm.p99)
        #expect(pressed.refused.count > pressed.answered.count)
    }

    @Test func `without shedding the same load would wait for seconds`() {
        var server = Server(service: 1_000_000)
        server.sheds = false
        let outcome = server.run(Arrivals([(3_000, 22_000_000_000)], seed: 3), measured: Self.measured)
        #expect(outcome.p99 > 10_000_000_000)
    }

    @Test(arguments: [200_000.0, 1_000_000, 5_000_000, 40_000_000])
    func `nothing is refused at seven tenths of what can be borne`(service: Double) {
        let server = Server(service: service, isRandom: true)
        let outcome = server.run(Arrivals([(0.7e9 / service, 22_000_000_000)], seed: 4), measured: Self.measured)
        #expect(outcome.refused.count <= outcome.answered.count / 200)
    }

    @Test(arguments: [1_000_000.0, 40_000_000])
    func `once the load drops nothing is refused after two seconds`(service: Double) {
        let saturation = 1e9 / service
        let phases: [(Double, UInt64)] = [(3 * saturation, 10_000_000_000), (0.5 * saturation, 22_000_000_000)]
        let outcome = Server(service: service).run(Arrivals(phases, seed: 5), measured: Self.measured)
        #expect(outcome.lastRefusal < 12_000_000_000)
    }

    @Test func `a request of a loop that has none on its way is always taken`() {
        var shedder = QueueShedder(OverloadLimits())
        for look in 1...100 {
            let sample = QueueShedder.Sample(age: 1_000_000_000, running: 1, started: UInt64(look), finished: 0)
            shedder.note(sample, now: UInt64(look) * 50_000_000)
        }
        #expect(shedder.isShedding)
        let (first, second) = (
            shedder.admits(beside: 0, now: 5_000_000_000), shedder.admits(beside: 1, now: 5_000_000_000)
        )
        #expect(first)
        #expect(!second)
    }

    @Test func `a run that takes long is no queue`() {
        // One request after the other, each waiting for one run of half a second: what a single worker does at ease.
        var shedder = QueueShedder(OverloadLimits())
        for look in 1...400 {
            let sample = QueueShedder.Sample(
                age: UInt64(look % 10) * 50_000_000,
                running: 1,
                started: UInt64(look / 10),
                finished: UInt64(look / 10)
            )
            shedder.note(sample, now: UInt64(look) * 50_000_000)
            if look > 40 { #expect(!shedder.isShedding) }
        }
    }
}
