import Gateway
import HTTP1
import NIOCore
import Telemetry
import Testing

@Suite struct SweepClockTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private var clock = SweepClock(interval: .seconds(1))

    @Test mutating func `a loop that runs keeps the time`() {
        for second: Int64 in 0..<10 {
            let now = Self.start + .seconds(second) + .milliseconds(second * 3)
            let time = self.clock.time(at: now)
            #expect(time == now)
        }
    }

    @Test mutating func `deadlines that passed while the process was stopped do not end the connections`() {
        let limits = HTTPLimits()
        _ = self.clock.time(at: Self.start)
        var deadlines: [ConnectionDeadline] = []
        for offset: Int64 in 0..<100 {
            var deadline = ConnectionDeadline(limits: limits, now: Self.start)
            deadline.enter(.head, limits: limits, now: Self.start - .milliseconds(offset * 40))
            deadlines.append(deadline)
        }
        // Stopped for ten seconds: all of them have passed by the wall.
        let resumed = Self.start + .seconds(11)
        let time = self.clock.time(at: resumed)
        #expect(deadlines.allSatisfy { $0.expired(at: resumed) == .headTimeout })
        #expect(deadlines.allSatisfy { $0.expired(at: time) == nil })
        // Clients that stay silent are ended one after the other, as if nothing had been.
        var ended = 0
        for second: Int64 in 1...6 {
            let time = self.clock.time(at: resumed + .seconds(second))
            let now = deadlines.count { $0.expired(at: time) != nil }
            #expect(now - ended <= 40)
            ended = now
        }
        #expect(ended == 100)
    }

    @Test mutating func `the clock is right again after four times the stop`() {
        _ = self.clock.time(at: Self.start)
        _ = self.clock.time(at: Self.start + .seconds(3))
        #expect(self.clock.behind == .seconds(2))
        for second: Int64 in 4...11 { _ = self.clock.time(at: Self.start + .seconds(second)) }
        #expect(self.clock.behind == .zero)
    }

    @Test mutating func `a sweep that is a little late is no stop`() {
        _ = self.clock.time(at: Self.start)
        let now = Self.start + .milliseconds(1_250)
        let time = self.clock.time(at: now)
        #expect(time == now)
    }
}
