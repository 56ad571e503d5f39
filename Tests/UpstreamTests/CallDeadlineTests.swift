import NIOCore
import ServingCore
import Testing
import Upstream

@Suite("CallDeadline")
struct CallDeadlineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private static var timeouts: BackendConfiguration.Timeouts {
        var timeouts = BackendConfiguration.Timeouts()
        timeouts.connect = 1_000_000_000
        timeouts.firstByte = 5_000_000_000
        timeouts.idle = 3_000_000_000
        timeouts.total = 20_000_000_000
        timeouts.stream = 100_000_000_000
        return timeouts
    }

    private func deadline(_ end: NIODeadline = .distantFuture) -> CallDeadline {
        CallDeadline(Self.timeouts, deadline: end, now: Self.start)
    }

    private func expired(
        _ deadline: inout CallDeadline,
        _ seconds: Int64,
        isPaused: Bool = false
    ) -> UpstreamFailure.Reason? {
        deadline.expired(now: Self.start + .seconds(seconds), isPaused: isPaused)
    }

    @Test("each phase has its own time")
    func phases() {
        var deadline = self.deadline()
        #expect(self.expired(&deadline, 0) == nil)
        #expect(self.expired(&deadline, 1) == .connectTimeout)
        deadline.enter(.answering, now: Self.start + .seconds(1))
        #expect(self.expired(&deadline, 5) == nil)
        #expect(self.expired(&deadline, 6) == .firstByteTimeout)
        deadline.begin()
        #expect(self.expired(&deadline, 6) == nil)
        #expect(self.expired(&deadline, 8) == nil)
        #expect(self.expired(&deadline, 9) == .idleTimeout)
    }

    @Test("bytes that come keep an answer going, up to its total")
    func touched() {
        var deadline = self.deadline()
        deadline.begin()
        for second in 0..<20 as Range<Int64> {
            deadline.touch()
            #expect(self.expired(&deadline, second) == nil)
        }
        deadline.touch()
        #expect(self.expired(&deadline, 20) == .totalTimeout)
    }

    @Test("bytes before the head do not: an answer that trickles in must begin in time")
    func trickledHead() {
        var deadline = self.deadline()
        deadline.enter(.answering, now: Self.start)
        for second in 0..<5 as Range<Int64> {
            deadline.touch()
            #expect(self.expired(&deadline, second) == nil)
        }
        deadline.touch()
        #expect(self.expired(&deadline, 5) == .firstByteTimeout)
    }

    @Test("while the caller takes nothing the backend is not waited for")
    func paused() {
        var deadline = self.deadline()
        deadline.begin()
        for second in 0..<15 as Range<Int64> { #expect(self.expired(&deadline, second, isPaused: true) == nil) }
        #expect(self.expired(&deadline, 16) == nil)
        #expect(self.expired(&deadline, 17) == .idleTimeout)
        #expect(self.expired(&deadline, 20, isPaused: true) == .totalTimeout)
    }

    @Test("a request's own deadline counts when it is sooner")
    func ownDeadline() {
        var sooner = self.deadline(Self.start + .milliseconds(500))
        #expect(self.expired(&sooner, 1) == .totalTimeout)
        var later = self.deadline(Self.start + .seconds(60))
        #expect(self.expired(&later, 20) == .totalTimeout)
    }

    @Test("a stream of events that has begun goes on beyond total and the request's own deadline, up to its own end")
    func stream() {
        var deadline = self.deadline(Self.start + .seconds(3))
        deadline.enter(.answering, now: Self.start)
        #expect(self.expired(&deadline, 2) == nil)
        deadline.begin(isStream: true)
        for second in 3..<100 as Range<Int64> {
            deadline.touch()
            #expect(self.expired(&deadline, second) == nil)
        }
        deadline.touch()
        #expect(self.expired(&deadline, 100) == .totalTimeout)
    }

    @Test("but not without a word for longer than any other answer")
    func silentStream() {
        var deadline = self.deadline()
        deadline.begin(isStream: true)
        #expect(self.expired(&deadline, 50) == nil)
        #expect(self.expired(&deadline, 53) == .idleTimeout)
    }

    @Test("deadlines are looked at often enough that none is overrun by more than a quarter")
    func interval() {
        #expect(CallDeadline.sweepInterval(Self.timeouts) == .milliseconds(250))
        var timeouts = Self.timeouts
        timeouts.idle = 1_000_000
        #expect(CallDeadline.sweepInterval(timeouts) == .milliseconds(10))
        timeouts = BackendConfiguration.Timeouts()
        timeouts.connect = .max
        #expect(CallDeadline.sweepInterval(timeouts) == .seconds(1))
    }
}
