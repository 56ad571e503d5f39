import Gateway
import Testing

@Suite struct StallWatchTests {
    private static let ms: UInt64 = 1_000_000
    private var watch = StallWatch()

    /// Looks ten times a second from `start` on; the beats are those of the loops at each look.
    private mutating func look(_ looks: [[UInt64]], from start: UInt64) -> [StallWatch.Event] {
        var events: [StallWatch.Event] = []
        for (index, beats) in looks.enumerated() {
            events += self.watch.look(beats.map { $0 * Self.ms }, now: (start + UInt64(index) * 100) * Self.ms)
        }
        return events
    }

    @Test mutating func `a loop that beats is left alone`() {
        let events = self.look([[960, 990], [1_080, 1_050], [1_190, 1_200]], from: 1_000)
        #expect(events.isEmpty)
        #expect(self.watch.count == 0)
    }

    @Test mutating func `a loop that is blocked is told once, while it is, and told again when it runs`() {
        let looks = (0..<9).map { [UInt64(1_000), 990 + UInt64($0) * 100] } + [[1_890, 1_890]]
        let events = self.look(looks, from: 1_000)
        #expect(events == [.stalled(loop: 0, nanoseconds: 600 * Self.ms), .resumed(loop: 0)])
        #expect(self.watch.count == 1)
    }

    @Test mutating func `half a second is not yet a stall`() {
        let events = self.look((0..<6).map { _ in [1_000] }, from: 1_000)
        #expect(events.isEmpty)
    }

    @Test mutating func `when the whole process was stopped no loop is blamed`() {
        _ = self.look([[990, 990]], from: 1_000)
        let events = self.look([[990, 990], [990, 3_120], [3_210, 3_220]], from: 3_050)
        #expect(events == [.stopped(nanoseconds: 2_050 * Self.ms)])
        #expect(self.watch.count == 1)
    }
}
