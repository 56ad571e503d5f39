import Glibc
import ServingCore
import Shadow
import Synchronization
import TestSupport
import Testing

/// Candidates whose runs do not end and cannot be stopped.
@Suite struct ShadowHangTests {
    /// A candidate that hangs on negative numbers until a test lets it go.
    private final class Hanging: Sendable {
        let gate = Gate()
        /// Runs that hang now.
        let hanging = Atomic<Int>(0)
        /// Threads that hung and have ended.
        let ended = EndedThreads()

        var engine: FakeEngine {
            FakeEngine { inputs, _, _ in
                guard (inputs[0].values(as: Int32.self).first ?? 0) < 0 else { return inputs }
                self.ended.watchThisThread()
                self.hanging.wrappingAdd(1, ordering: .relaxed)
                self.gate.pass()
                self.hanging.wrappingSubtract(1, ordering: .relaxed)
                return inputs
            }
        }
    }

    private static let limits = ShadowLimits(timeout: 1_000_000)

    @Test func aHangingRunIsAnsweredForAndItsThreadReplaced() async throws {
        let candidate = Hanging()
        let stage = try ShadowStage(candidate: candidate.engine, limits: Self.limits)
        stage.send(-1)
        stage.send(2)
        let counts = await stage.settled()
        #expect(counts.paired == 2)
        #expect(stage.pairs.pairs.map(\.candidate.outcome) == [.timeout, .answered])
        await stage.shutDown()
        candidate.gate.open()
        // What comes out of it in the end is nobody's business any more.
        #expect(await eventually { candidate.hanging.load(ordering: .relaxed) == 0 })
        #expect(stage.pairs.pairs.count == 2)
    }

    @Test func whenTooManyHangTheRestIsDroppedForThat() async throws {
        let candidate = Hanging()
        let stage = try ShadowStage(candidate: candidate.engine, limits: Self.limits, grace: 1_000_000)
        #expect(await eventually { !stage.send(-1) })
        // One thread, and four that were replaced; what waited behind them is given back.
        let counts = await stage.settled()
        #expect(candidate.hanging.load(ordering: .relaxed) == 5)
        #expect(counts.paired == 5)
        #expect(counts.dropped["candidate_hangs", default: 0] > 0)
        await stage.shutDown()
        candidate.gate.open()
    }

    @Test func onceTheHangingRunsEndOneThreadGoesOnAndTheOthersEnd() async throws {
        let candidate = Hanging()
        let stage = try ShadowStage(candidate: candidate.engine, limits: Self.limits, grace: 1_000_000)
        #expect(await eventually { !stage.send(-1) })
        candidate.gate.open()
        #expect(await eventually { candidate.ended.count == 4 })
        // A machine that is busy elsewhere may have a run of this short grace given up.
        let goesOn = await eventually {
            stage.send(1)
            return stage.pairs.pairs.contains { $0.candidate.outcome == .answered }
        }
        #expect(goesOn)
        _ = await stage.settled()
        await stage.shutDown()
    }

    @Test func aStalledTrialClosesLikeAnyOther() async throws {
        let candidate = Hanging()
        let stage = try ShadowStage(candidate: candidate.engine, limits: Self.limits, grace: 1_000_000)
        let late = try #require(stage.lane.decide(requestID: nil, skips: false, segments: []))
        #expect(await eventually { !stage.send(-1) })
        stage.lane.giveUp(late, .clientGone)
        await stage.close()
        #expect(stage.counts.pending == 0)
        await stage.shutDown()
        candidate.gate.open()
    }

    @Test func whatRunsAfterClosingIsStoppedToo() async throws {
        let (started, gate) = (Gate(), Gate())
        let second = Atomic<Bool>(false)
        let isCancelled = Mutex<Bool?>(nil)
        // The first of the two legs holds the test up, the second looks whether it may run.
        let body: FakeEngine.Body = { inputs, _, cancellation in
            if second.exchange(true, ordering: .relaxed) {
                isCancelled.withLock { $0 = cancellation?.isCancelled }
            } else {
                started.open()
                gate.pass()
            }
            return inputs
        }
        let stage = try ShadowStage(
            live: FakeEngine(body: body),
            candidate: FakeEngine(body: body),
            settings: TrafficSettings(shadow: 1, noise: 1)
        )
        stage.send(1)
        await onThread { _ = started.pass() }
        stage.lane.seal()
        stage.service.close(stage.trial, .candidateNotReady) {}
        gate.open()
        _ = await stage.settled()
        #expect(isCancelled.withLock { $0 } == true)
        await stage.shutDown()
    }
}

/// Counts the threads that have ended among those that called.
private final class EndedThreads: Sendable {
    private let ended = Atomic<Int>(0)

    var count: Int { self.ended.load(ordering: .relaxed) }

    func watchThisThread() {
        var key = pthread_key_t()
        pthread_key_create(&key) { last in
            if let last { Unmanaged<Last>.fromOpaque(last).release() }
        }
        pthread_setspecific(key, Unmanaged.passRetained(Last(self)).toOpaque())
    }

    /// Let go of when its thread ends.
    private final class Last {
        private let threads: EndedThreads

        init(_ threads: EndedThreads) { self.threads = threads }

        deinit { self.threads.ended.wrappingAdd(1, ordering: .relaxed) }
    }
}
