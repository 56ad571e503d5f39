import LoadGenerator
import Testing

@Suite struct RequestScheduleTests {
    private let second: UInt64 = 1_000_000_000

    private func open(_ rate: Double, share: Int = 0, of shares: Int = 1, limit: Int? = nil) -> RequestSchedule {
        RequestSchedule(pace: .open(rate: rate), share: share, of: shares, limit: limit)
    }

    @Test("open: request i falls due i/rate seconds after the start and not before")
    func dueTimes() {
        var schedule = self.open(1000)
        schedule.begin(at: 5, duration: nil, grace: 0)
        #expect(schedule.take(at: 5) == .init(sequence: 0, at: 5))
        #expect(schedule.take(at: 1_000_004) == nil)
        #expect(schedule.nextDue == 1_000_005)
        #expect(schedule.take(at: 9_000_000) == .init(sequence: 1, at: 1_000_005))
    }

    @Test("open: a late taker gets every request that fell due, with its own due time")
    func backlog() {
        var schedule = self.open(1000)
        schedule.begin(at: 0, duration: nil, grace: self.second)
        let taken = (0..<4).compactMap { _ in schedule.take(at: 3_000_000) }
        #expect(taken.map(\.at) == [0, 1_000_000, 2_000_000, 3_000_000])
        #expect(schedule.take(at: 3_000_000) == nil)
    }

    @Test("the shares of several loops make up the whole, each number once", arguments: [nil, 10])
    func shares(_ rate: Double?) {
        let numbers = (0..<3).flatMap { share in
            var schedule = RequestSchedule(
                pace: rate.map { .open(rate: $0) } ?? .closed,
                share: share,
                of: 3,
                limit: 17
            )
            schedule.begin(at: 0, duration: nil, grace: self.second)
            var taken: [Int] = []
            while let due = schedule.take(at: 2 * self.second) { taken.append(due.sequence) }
            #expect(schedule.isOver(at: 2 * self.second))
            return taken
        }
        #expect(numbers.sorted() == Array(0..<17))
    }

    @Test("open: nothing falls due at or after the end of the duration")
    func duration() {
        var schedule = self.open(10)
        schedule.begin(at: 0, duration: self.second, grace: self.second)
        var taken = 0
        while schedule.take(at: self.second) != nil { taken += 1 }
        #expect(taken == 10)
        #expect(schedule.isOver(at: self.second))
        #expect(schedule.unsent() == 0)
    }

    @Test("open: late requests are given up after the grace time and counted as unsent")
    func grace() {
        var schedule = self.open(10)
        schedule.begin(at: 0, duration: self.second, grace: self.second)
        #expect(schedule.take(at: 2 * self.second - 1) != nil)
        #expect(!schedule.isOver(at: 2 * self.second - 1))
        #expect(schedule.take(at: 2 * self.second) == nil)
        #expect(schedule.isOver(at: 2 * self.second))
        #expect(schedule.unsent() == 9)
    }

    @Test("open: after a stop only what had fallen due counts")
    func stop() {
        var schedule = self.open(10, limit: 100)
        schedule.begin(at: 0, duration: nil, grace: self.second)
        #expect(schedule.take(at: 0) != nil)
        schedule.stop(at: 350_000_000)
        #expect(schedule.isOver(at: 350_000_000))
        #expect(schedule.take(at: 350_000_000) == nil)
        #expect(schedule.unsent() == 3)
    }

    @Test("open: after a stop with grace what had fallen due is still sent, within that time, and nothing else")
    func stopWithGrace() {
        for (late, unsent) in [(0, 0), (self.second, 1)] as [(UInt64, Int)] {
            var schedule = self.open(10, limit: 100)
            schedule.begin(at: 0, duration: nil, grace: self.second)
            #expect(schedule.take(at: 0) != nil)
            schedule.stop(at: 350_000_000, grace: self.second)
            #expect(schedule.take(at: 350_000_000)?.sequence == 1)
            #expect(schedule.take(at: 360_000_000)?.sequence == 2)
            #expect(!schedule.isOver(at: 370_000_000))
            #expect((schedule.take(at: 370_000_000 + late) == nil) == (unsent == 1))
            #expect(schedule.isOver(at: 370_000_000 + late))
            #expect(schedule.unsent() == unsent)
        }
    }

    @Test("closed: always due until the limit, nothing unsent")
    func closed() {
        var schedule = RequestSchedule(pace: .closed, share: 0, of: 1, limit: 2)
        schedule.begin(at: 7, duration: nil, grace: 0)
        #expect(schedule.nextDue == nil)
        #expect(schedule.take(at: 8) == .init(sequence: 0, at: 8))
        #expect(!schedule.isOver(at: 8))
        #expect(schedule.take(at: 9) == .init(sequence: 1, at: 9))
        #expect(schedule.take(at: 10) == nil)
        #expect(schedule.isOver(at: 10))
        #expect(schedule.unsent() == 0)
    }

    @Test("closed: ends with the duration")
    func closedDuration() {
        var schedule = RequestSchedule(pace: .closed, share: 0, of: 1, limit: nil)
        schedule.begin(at: 0, duration: 100, grace: 1000)
        #expect(schedule.take(at: 99) != nil)
        #expect(schedule.take(at: 100) == nil)
        #expect(schedule.isOver(at: 100))
    }

    @Test("a limit of 0 is over at once")
    func empty() {
        var schedule = self.open(10, limit: 0)
        schedule.begin(at: 0, duration: nil, grace: self.second)
        #expect(schedule.isOver(at: 0))
        #expect(schedule.take(at: 0) == nil)
    }

    @Test("times beyond the clock do not trap")
    func farFuture() {
        var schedule = self.open(1e-12, limit: .max)
        schedule.begin(at: .max - 1, duration: .max, grace: .max)
        #expect(schedule.take(at: .max - 1) != nil)
        #expect(schedule.nextDue == nil)
    }
}
