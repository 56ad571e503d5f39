import Gateway
import HTTP1
import NIOCore
import Telemetry
import Testing

@Suite("ConnectionDeadline")
struct ConnectionDeadlineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let limits = HTTPLimits()

    @Test(
        "every wait ends at its own time and for its own reason",
        arguments: [
            (ConnectionDeadline.Wait.idle, TimeAmount.seconds(60), ConnectionRejection.idle),
            (.head, .seconds(5), .headTimeout),
            (.body(since: Self.start), .seconds(10), .bodyTimeout),
            (.writing, .seconds(30), .writeStall),
            (.closing, .seconds(30), .writeStall),
            (.lingering, .seconds(1), .idle),
        ]
    )
    func waits(wait: ConnectionDeadline.Wait, length: TimeAmount, reason: ConnectionRejection) {
        var deadline = ConnectionDeadline(limits: self.limits, now: Self.start)
        deadline.enter(wait, limits: self.limits, now: Self.start)
        #expect(deadline.expired(at: Self.start + length - .nanoseconds(1)) == nil)
        #expect(deadline.expired(at: Self.start + length) == reason)
    }

    @Test("a new connection waits as one between requests")
    func new() {
        let deadline = ConnectionDeadline(limits: self.limits, now: Self.start)
        #expect(deadline.wait == .idle)
        #expect(deadline.at == Self.start + .seconds(60))
    }

    @Test("while an answer is made only the answer's own time-out counts")
    func executing() {
        var deadline = ConnectionDeadline(limits: self.limits, now: Self.start)
        deadline.enter(.executing, limits: self.limits, now: Self.start)
        #expect(deadline.expired(at: Self.start + .hours(24)) == nil)
    }

    @Test("pieces of a body move its deadline, but not past the limit for the whole")
    func body() {
        var deadline = ConnectionDeadline(limits: self.limits, now: Self.start)
        deadline.enter(.body(since: Self.start), limits: self.limits, now: Self.start + .seconds(9))
        #expect(deadline.at == Self.start + .seconds(19))
        deadline.enter(.body(since: Self.start), limits: self.limits, now: Self.start + .seconds(55))
        #expect(deadline.at == Self.start + .seconds(60))
    }

    @Test("the sweep is often enough for the shortest time-out, and neither idle nor busy")
    func sweep() {
        #expect(HTTPLimits().sweepInterval == .seconds(1))
        var limits = HTTPLimits()
        limits.headTimeout = .milliseconds(200)
        #expect(limits.sweepInterval == .milliseconds(50))
        limits.writeStallTimeout = .milliseconds(1)
        #expect(limits.sweepInterval == .milliseconds(10))
    }
}
