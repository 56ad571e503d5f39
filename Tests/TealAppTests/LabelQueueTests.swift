import TealApp
import Testing

@Suite struct LabelQueueTests {
    private let start = ContinuousClock.now

    @Test("a label is told a second after the answer, once")
    func delay() {
        let queue = LabelQueue()
        queue.answered(1, at: self.start)
        queue.answered(2, at: self.start + .milliseconds(500))
        #expect(queue.take(at: self.start + .milliseconds(999), limit: 9).isEmpty)
        #expect(queue.take(at: self.start + .seconds(1), limit: 9).map(\.number) == [1])
        #expect(queue.take(at: self.start + .seconds(9), limit: 9).map(\.number) == [2])
        #expect(queue.take(at: self.start + .seconds(99), limit: 9).isEmpty)
    }

    @Test("one without a pair is tried once more, after those that are new")
    func again() throws {
        let queue = LabelQueue()
        queue.answered(1, at: self.start)
        let first = try #require(queue.take(at: self.start + .seconds(1), limit: 9).first)
        queue.missed(first, at: self.start + .seconds(1))
        queue.answered(2, at: self.start + .seconds(1))
        #expect(queue.take(at: self.start + .milliseconds(1_999), limit: 9).isEmpty)
        let later = queue.take(at: self.start + .seconds(2), limit: 9)
        #expect(later.map(\.number) == [2, 1])
        queue.missed(try #require(later.last), at: self.start + .seconds(2))
        #expect(queue.take(at: self.start + .seconds(99), limit: 9).isEmpty)
    }

    @Test("no more than asked for are taken, and of too many the oldest are forgotten")
    func limits() {
        let queue = LabelQueue()
        for number in 0..<10_000 { queue.answered(number, at: self.start) }
        let first = queue.take(at: self.start + .seconds(1), limit: 500)
        #expect(first.map(\.number) == Array(1_808..<2_308))
    }
}
