import Gateway
import Testing

@Suite struct StandingDelayTests {
    private static let millisecond: UInt64 = 1_000_000
    private var delay = StandingDelay(OverloadLimits())

    private mutating func note(_ milliseconds: UInt64, at time: UInt64) {
        self.delay.note(milliseconds * Self.millisecond, now: time * Self.millisecond)
    }

    @Test mutating func `a burst is no standing queue`() {
        self.note(50, at: 1_000)
        self.note(40, at: 1_050)
        self.note(4, at: 1_090)
        self.note(50, at: 1_110)
        #expect(!self.delay.isStanding)
    }

    @Test mutating func `a wait above the target for a whole interval is one`() {
        self.note(6, at: 1_000)
        self.note(6, at: 1_099)
        #expect(!self.delay.isStanding)
        self.note(6, at: 1_100)
        #expect(self.delay.isStanding)
    }

    @Test mutating func `it goes on while requests are refused, and ends an interval after the last`() {
        self.note(6, at: 1_000)
        self.note(6, at: 1_100)
        self.delay.refused(now: 1_140 * Self.millisecond)
        self.note(1, at: 1_150)
        self.note(1, at: 1_200)
        #expect(self.delay.isStanding)
        self.note(1, at: 1_250)
        #expect(!self.delay.isStanding)
    }

    @Test func `what one request takes is no wait`() {
        var delay = self.delay
        for time: UInt64 in [1_000, 1_500, 2_000] {
            delay.note(40 * Self.millisecond, service: 10 * Self.millisecond, now: time * Self.millisecond)
        }
        #expect(!delay.isStanding)
    }

    @Test(arguments: [(0, 1, true), (1, 2, true), (4, 2, true), (5, 2, false), (0, 100, true), (1, 100, false)])
    func `a loop has an equal share of a limit, rounded down but not to nothing`(count: Int, loops: Int, fits: Bool) {
        #expect(OverloadLimits.hasRoom(beside: count, of: 11, loops: loops) == fits)
    }
}
