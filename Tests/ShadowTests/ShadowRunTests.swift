import ServingCore
import Shadow
import Synchronization
import Testing

@Suite struct ShadowRunTests {
    private let run = ShadowRun(grace: 100)

    /// Begins a run at 0 that is overdue from 1,000 on; the counter says how often it was given up.
    private func begin() -> (cancellation: RunCancellation, givenUp: Counter) {
        let givenUp = Counter()
        return (self.run.begin(now: 0, timeout: 1_000) { givenUp.increase() }, givenUp)
    }

    @Test func aRunInTimeIsLeftAlone() {
        let (cancellation, _) = self.begin()
        self.run.supervise(now: 999)
        #expect(!cancellation.isCancelled)
        #expect(self.run.end())
    }

    @Test func anOverdueRunIsToldToStopAndHasTimeToDoSo() {
        let (cancellation, givenUp) = self.begin()
        self.run.supervise(now: 1_000)
        self.run.supervise(now: 1_099)
        #expect(cancellation.isCancelled)
        #expect(givenUp.count == 0)
        #expect(self.run.end() && !self.run.isLost)
    }

    @Test func aRunThatDoesNotStopIsGivenUpOnce() {
        let (_, givenUp) = self.begin()
        for now: UInt64 in [1_000, 1_100, 1_300] { self.run.supervise(now: now) }
        #expect(givenUp.count == 1)
        #expect(self.run.isLost)
        #expect(!self.run.end())
    }

    @Test func aThreadThatCameBackIsWatchedAnew() {
        let (_, givenUp) = self.begin()
        for now: UInt64 in [1_000, 1_100] { self.run.supervise(now: now) }
        #expect(!self.run.end())
        self.run.recover()
        #expect(!self.run.isLost)
        let again = self.run.begin(now: 2_000, timeout: 1_000) { givenUp.increase() }
        self.run.supervise(now: 2_999)
        #expect(!again.isCancelled)
        for now: UInt64 in [3_000, 3_100] { self.run.supervise(now: now) }
        #expect(givenUp.count == 2)
    }

    @Test func closingStopsWhatRuns() {
        let (cancellation, givenUp) = self.begin()
        self.run.close(now: 10)
        #expect(cancellation.isCancelled)
        self.run.supervise(now: 109)
        #expect(givenUp.count == 0)
        self.run.supervise(now: 110)
        #expect(givenUp.count == 1)
    }

    @Test func closingAgainGivesNoMoreTime() {
        let (_, givenUp) = self.begin()
        self.run.supervise(now: 1_000)
        self.run.close(now: 1_099)
        self.run.supervise(now: 1_100)
        #expect(givenUp.count == 1)
    }

    @Test func whatBeginsAfterClosingIsCancelledAlready() {
        self.run.close(now: 0)
        #expect(self.begin().cancellation.isCancelled)
        #expect(self.run.end())
        #expect(self.begin().cancellation.isCancelled)
    }

    @Test func whatBeginsAfterClosingAndDoesNotStopIsGivenUp() {
        self.run.close(now: 0)
        let (_, givenUp) = self.begin()
        self.run.supervise(now: 99)
        #expect(givenUp.count == 0)
        self.run.supervise(now: 100)
        #expect(givenUp.count == 1)
    }

    private final class Counter: Sendable {
        private let value = Atomic<Int>(0)
        var count: Int { self.value.load(ordering: .relaxed) }
        func increase() { self.value.wrappingAdd(1, ordering: .relaxed) }
    }
}
