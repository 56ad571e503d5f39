import Comparison
import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Promoter")
struct PromoterTests {
    // MARK: Telling

    @Test("a verdict is told once, and again when the gate says something else")
    func verdicts() async {
        let stage = PromoterStage.trial(.hold)
        await stage.tick(3)
        #expect(stage.told.map(\.kind) == [.verdict])
        #expect(stage.told.first?.decision == .hold && stage.told.first?.verdict == 1)
        #expect(stage.told.first?.reasons.first?.hasPrefix("C2 errors: ") == true)
        stage.books.decide(.reject)
        await stage.tick(3)
        #expect(stage.told.map(\.decision) == [.hold, .reject])
    }

    @Test("a change that is not stored yet is told when it is")
    func pausedVerdict() async {
        let stage = PromoterStage.trial(.promote)
        await stage.tick()
        stage.books.decide(.hold)
        await stage.tick(2)
        #expect(stage.told.count == 1)
        stage.books.time += 10_000_000
        await stage.tick(2)
        #expect(stage.told.map(\.decision) == [.promote, .hold] && stage.told.last?.verdict == 2)
    }

    @Test("a promotion and a rollback by somebody are told once each")
    func cutovers() async {
        let stage = PromoterStage.trial(.hold)
        await stage.tick()
        await stage.control.change { status in
            status.live = .green
            status.release = nil
            status.promotion = StandingPromotion(at: 5, verdict: 9, watchedUntil: 5, keptUntil: nil)
        }
        await stage.tick(2)
        #expect(stage.told(.promoted).map(\.verdict) == [9])
        await stage.control.change { status in
            status.live = .blue
            status.promotion = nil
        }
        await stage.tick(2)
        #expect(stage.told(.promoted).count == 1 && stage.told(.rolledBack).count == 1)
    }

    @Test("what stood before the gateway started is no news")
    func start() async {
        let stage = PromoterStage.promoted(Self.reverse(harm: false))
        await stage.tick(2)
        #expect(stage.told.isEmpty)
    }

    // MARK: Ramp

    private static let ramp = SplitSettings(
        share: 0.01,
        ramp: [0.05, 1],
        stepTime: BookStage.minute,
        stepBegan: BookStage.start
    )

    /// Validity and errors decide, and the gate says `decision`.
    private static func ramped(_ decision: Verdict.Decision) -> PromoterStage {
        let stage = PromoterStage.trial(decision, split: Self.ramp)
        stage.books.decide(decision, BookStage.policy.with(.validity, .block))
        return stage
    }

    @Test("a ramp takes its next step when its time is over, at the revision that was looked at, and tells it")
    func advance() async {
        let stage = Self.ramped(.promote)
        await stage.tick()
        #expect(await stage.control.calls.isEmpty)
        stage.books.time += BookStage.minute
        await stage.tick()
        var context = ActionContext(actor: "teal", reason: "the ramp's next step", expectedRevision: 12)
        context.verdict = 1
        #expect(await stage.control.calls == [.split(0.05, context)])
        #expect(stage.told(.split).first?.reasons == ["1.00 % -> 5.00 %: the ramp's next step"])
        #expect(stage.told(.split).first?.revision == 13)
    }

    @Test("a ramp stays while its checks are open")
    func stay() async {
        let stage = Self.ramped(.hold)
        stage.books.time += 60 * BookStage.minute
        await stage.tick(3)
        #expect(await stage.control.calls.isEmpty)
    }

    @Test("when a check fails everybody goes back, once")
    func fallBack() async {
        let stage = Self.ramped(.reject)
        await stage.tick(3)
        let calls = await stage.control.calls
        #expect(calls.count == 1)
        guard case .split(0, let context) = calls.first else {
            Issue.record("\(calls)")
            return
        }
        #expect(context.reason?.hasPrefix("C2 errors: ") == true && context.verdict == 1)
        #expect(stage.told(.split).count == 1)
    }

    @Test("a step that somebody was faster than is tried again with what is then")
    func staleStep() async {
        let stage = Self.ramped(.promote)
        stage.books.time += BookStage.minute
        await stage.control.fail(with: ControlError(.staleRevision, "the stored revision is 13", currentRevision: 13))
        await stage.tick()
        #expect(stage.told(.split).isEmpty)
        await stage.control.fail(with: nil)
        await stage.tick()
        #expect(await stage.control.calls.count == 2 && stage.told(.split).count == 1)
    }

    // MARK: Watch

    /// Of the reverse trial after a promotion.
    private static func reverse(
        harm: Bool = false,
        slow: Bool = false,
        policy: GatePolicy = GateScene.small()
    ) -> GateInput {
        var scene = GateScene(policy, subject: .live)
        scene.input.release.kind = .standby
        let release = scene.input.release
        (scene.input.release.live, scene.input.release.candidate) = (release.candidate, release.live)
        scene.add(300, live: harm ? .timeout : .answered)
        guard slow else { return scene.input }
        for id in 1...300 as ClosedRange<Int64> {
            scene.input.tests.add(
                GateObservation(id: id, candidateNanoseconds: 1_000_000, repeatedNanoseconds: 90_000_000)
            )
        }
        return scene.input
    }

    @Test("errors of the version that is live take its promotion back, with a rejection that stays")
    func rollsBack() async throws {
        let stage = PromoterStage.promoted(Self.reverse(harm: true))
        await stage.tick(3)
        let stored = try #require(try await stage.books.store.verdicts(model: "digits", limit: 9).first)
        #expect(stored.decision == .reject && stage.books.seal.isValid(stored) && stored.id == 1)
        #expect(stored.candidate == Release.sample().candidate.digest && stored.live == Release.sample().live.digest)
        let calls = await stage.control.calls
        guard calls.count == 1, case .rollback(let context) = calls.first else {
            Issue.record("\(calls)")
            return
        }
        #expect(context.actor == "teal" && context.verdict == 1 && context.expectedRevision == 12)
        #expect(context.reason?.hasPrefix("after its promotion, C2 errors: ") == true)
        #expect(stage.told.map(\.kind) == [.rolledBack])
        #expect(stage.told.first?.verdict == 1 && stage.told.first?.reasons.joined(separator: "; ") == context.reason)
    }

    @Test("a version that was taken back is not promoted again under the policy it was promoted by")
    func staysRejected() async throws {
        let own = GateScene.small().with { $0.budget += 1 }
        let stage = PromoterStage.promoted(Self.reverse(harm: true, policy: own), verdict: 1)
        // The verdict it was promoted by, under the manifest of the version that was live then.
        let book = stage.books.book()
        let before = BookStage.input(.promote)
        _ = try await book.record(Promotion.Gate(before.policy).verdict(before), before.policy)
        await stage.tick()
        #expect(await stage.control.calls.count == 1)
        stage.books.input = before
        #expect(try await book.current("digits").verdict.decision == .reject)
    }

    @Test("a rollback that fails is tried again each second, with one rejection")
    func retries() async throws {
        let stage = PromoterStage.promoted(Self.reverse(harm: true))
        await stage.control.fail(with: ControlError(.slotBusy, "the standby is being replaced"))
        await stage.tick(5)
        #expect(await stage.control.calls.count == 5 && stage.told.isEmpty)
        await stage.control.fail(with: nil)
        await stage.tick(2)
        #expect(await stage.control.calls.count == 6 && stage.told(.rolledBack).count == 1)
        #expect(try await stage.books.decisions() == [.reject])
    }

    @Test("while the rejection cannot be stored nothing is moved, and then it is")
    func storeFails() async {
        let stage = PromoterStage.promoted(Self.reverse(harm: true))
        stage.books.store.fail([.saveVerdict], with: .unavailable("the disk is full"))
        await stage.tick(2)
        #expect(await stage.control.calls.isEmpty)
        stage.books.store.fail([.saveVerdict], with: nil)
        await stage.tick()
        #expect(await stage.control.calls.count == 1)
    }

    @Test("after the watch nothing is taken back by itself")
    func watchIsOver() async {
        let stage = PromoterStage.promoted(Self.reverse(harm: true))
        stage.books.time += 30 * BookStage.minute
        await stage.tick(2)
        #expect(await stage.control.calls.isEmpty && stage.told.isEmpty)
    }

    @Test("slowness is warned of once for a promotion, also when it comes and goes, and moves nothing")
    func warns() async {
        let stage = PromoterStage.promoted(Self.reverse(slow: true))
        await stage.tick(2)
        stage.books.input = Self.reverse()
        await stage.tick()
        stage.books.input = Self.reverse(slow: true)
        await stage.tick()
        #expect(stage.told.map(\.kind) == [.warning])
        #expect(stage.told.first?.reasons.first?.hasPrefix("C6 latency_p50: ") == true)
        #expect(await stage.control.calls.isEmpty)
        await stage.control.change { $0.promotion?.at += 1 }
        await stage.tick()
        #expect(stage.told(.warning).count == 2)
    }

    @Test("a policy may have slowness take a promotion back, or nothing at all")
    func policies() async {
        let slow = PromoterStage.promoted(
            Self.reverse(slow: true, policy: GateScene.small().with { $0.rollsBackOn = [.latencyMedian] })
        )
        await slow.tick()
        #expect(await slow.control.calls.count == 1)
        let never = PromoterStage.promoted(
            Self.reverse(harm: true, policy: GateScene.small().with { $0.rollsBackOn = [] })
        )
        await never.tick()
        #expect(await never.control.calls.isEmpty && never.told.map(\.kind) == [.warning])
    }

    // MARK: Soak

    @Test("after its soak the standby is unloaded, once, and that is told")
    func soak() async {
        let stage = PromoterStage.promoted(Self.reverse())
        stage.books.time += 1_440 * BookStage.minute - 1
        await stage.tick()
        #expect(await stage.control.calls.isEmpty)
        stage.books.time += 1
        await stage.tick(3)
        let context = ActionContext(
            actor: "teal",
            reason: "the time to keep it for rollback is over",
            expectedRevision: 12
        )
        #expect(await stage.control.calls == [.unload(.blue, context)])
        #expect(stage.told.map(\.kind) == [.standbyReleased])
    }

    @Test("a standby without an end is kept")
    func keeps() async {
        let stage = PromoterStage.promoted(Self.reverse())
        await stage.control.change { $0.promotion?.keptUntil = nil }
        stage.books.time += 100 * 1_440 * BookStage.minute
        await stage.tick()
        #expect(await stage.control.calls.isEmpty)
    }
}
