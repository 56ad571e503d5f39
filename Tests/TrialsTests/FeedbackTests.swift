import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Feedback")
struct FeedbackTests {
    // MARK: Judging

    @Test("a label is held against the class of both answers")
    func labels() async throws {
        let stage = try await FeedbackStage.with([(3, 8), (8, 3), (8, 8), (1, 1)])
        let reply = try await stage.tell((1...4).map { ("r\($0)", .label("8")) })
        #expect(reply == FeedbackReply(accepted: 4, known: 0, problems: []))
        #expect(try await stage.losses() == [[1, 0], [0, 1], [0, 0], [1, 1]])
        let tests = try stage.tests()
        #expect(tests.quality.count == 4 && tests.quality.mean == 0 && abs(tests.liveLoss.mean - 0.5) < 1e-12)
    }

    @Test("what is missing to a score of 1 is the loss")
    func scores() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        _ = try await stage.tell([("r1", .scores(live: 0.75, candidate: 0.5))])
        #expect(try await stage.losses() == [[0.25, 0.5]])
        #expect(try stage.tests().quality.mean == 0.25)
    }

    @Test(
        "an answer that did not come has lost whole, by label and by score",
        arguments: [
            Leg.Outcome.error, .timeout, .invalid,
        ]
    )
    func failingCandidate(_ outcome: Leg.Outcome) async throws {
        let stage = try await FeedbackStage.with([(3, 3), (3, 3)]) { $0.candidate = .failure(outcome, "no") }
        let reply = try await stage.tell([("r1", .label("3")), ("r2", .scores(live: 0.75, candidate: 1))])
        #expect(reply.accepted == 2)
        #expect(try await stage.losses() == [[0, 1], [0.25, 1]])
    }

    @Test("an output that is named but gives no class makes labels useless, scores not")
    func labelOutput() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        let reply = try await stage.keeper.take(
            [Feedback(requestID: "r1", truth: .label("8"))],
            model: "digits",
            labelOutput: "scores"
        )
        #expect(reply.accepted == 0 && reply.problems.first?.code == "unlabelled")
        #expect(reply.problems.first?.message.contains("output 'scores' names no class") == true)
        #expect(try await stage.tell([("r1", .scores(live: 1, candidate: 1))]).accepted == 1)
    }

    @Test("classes of a tensor that is not kept are not held against a label, scores are taken")
    func hidden() async throws {
        let stage = try await FeedbackStage.with(
            [(3, 8)],
            capture: CapturePolicy(mode: .redacted, rules: [.tensor("label")])
        )
        let reply = try await stage.tell([("r1", .label("8"))])
        #expect(reply.accepted == 0 && reply.problems.first?.code == "unreadable")
        #expect(reply.problems.first?.message.contains("send `scores` instead") == true)
        #expect(try await stage.tell([("r1", .scores(live: 0, candidate: 1))]).accepted == 1)
    }

    @Test("classes that are whole numbers are held against a label also when the answers are kept as hashes")
    func hashed() async throws {
        let stage = try await FeedbackStage.with([(3, 8)], capture: CapturePolicy(mode: .hash))
        #expect(try await stage.tell([("r1", .label("8"))]).accepted == 1)
        #expect(try await stage.losses() == [[1, 0]])
    }

    @Test("without kept pairs nothing is known, and the sentence names the reasons there are")
    func capturesOff() async throws {
        let stage = try await FeedbackStage.with([(3, 8)], capture: CapturePolicy(mode: .off))
        let reply = try await stage.tell([("r1", .label("8"))])
        #expect(reply.problems.first?.code == "unknown")
        #expect(reply.problems.first?.message.contains("captures are off") == true)
    }

    // MARK: Counting once

    @Test("an unknown request is said by its id, and the others count")
    func unknown() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        let reply = try await stage.tell([("r9", .label("8")), ("r1", .label("8"))])
        #expect(reply.accepted == 1 && reply.problems.map(\.id) == ["r9"] && reply.problems.map(\.code) == ["unknown"])
        let elsewhere = try await stage.keeper.take(
            [Feedback(requestID: "r1", truth: .label("8"))],
            model: "other",
            labelOutput: nil
        )
        #expect(elsewhere.problems.map(\.code) == ["unknown"])
    }

    @Test("the same told twice counts once, also within one message")
    func repeated() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        let twice = try await stage.tell([("r1", .label("8")), ("r1", .label("8"))])
        #expect(twice == FeedbackReply(accepted: 1, known: 1, problems: []))
        #expect(try await stage.tell([("r1", .label("8"))]) == FeedbackReply(accepted: 0, known: 1, problems: []))
        #expect(try stage.tests().quality.count == 1)
    }

    @Test("a contradiction is refused, and what was told first stands")
    func contradiction() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        _ = try await stage.tell([("r1", .label("8"))])
        for truth in [Feedback.Truth.label("3"), .scores(live: 1, candidate: 0)] {
            let reply = try await stage.tell([("r1", truth)])
            #expect(reply.accepted == 0 && reply.problems.map(\.code) == ["conflict"])
        }
        #expect(try await stage.losses() == [[1, 0]])
    }

    @Test("what cannot be stored is not accepted, and can be told again")
    func storeFails() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        stage.trial.store.failReads(with: .unavailable("locked"))
        await #expect(throws: StoreError.unavailable("locked")) { try await stage.tell([("r1", .label("8"))]) }
        stage.trial.store.failReads(with: nil)
        #expect(try stage.tests().quality.count == 0)
        #expect(try await stage.tell([("r1", .label("8"))]).accepted == 1)
    }

    @Test("feedback about a release that has ended is kept")
    func ended() async throws {
        let stage = try await FeedbackStage.with([(3, 8)])
        stage.trial.recorder.end(Release.numbered().ended())
        #expect(try await stage.tell([("r1", .label("8"))]).accepted == 1)
        #expect(try await stage.losses() == [[1, 0]])
    }

    // MARK: Restarts and changes

    @Test(
        "feedback survives a restart exactly once, whether or not the evidence was saved after it",
        arguments: [
            false, true,
        ]
    )
    func restart(_ isSaved: Bool) async throws {
        let first = try await FeedbackStage.with([(3, 8), (8, 8), (1, 2)])
        _ = try await first.tell([("r1", .label("8")), ("r2", .label("8"))])
        if isSaved { await first.trial.recorder.flush() }
        let second = try await first.restarted()
        await second.trial.recorder.catchUp()
        #expect(try second.tests().quality.count == 2)
        let reply = try await second.tell([("r1", .label("8")), ("r3", .label("2"))])
        #expect(reply == FeedbackReply(accepted: 1, known: 1, problems: []))
        await second.trial.recorder.catchUp()
        let quality = try second.tests().quality
        #expect(quality.count == 3 && abs(quality.mean + 2.0 / 3) < 1e-12)
    }

    @Test("what cannot be read after a restart is read later")
    func readLater() async throws {
        let first = try await FeedbackStage.with([(3, 8)])
        _ = try await first.tell([("r1", .label("8"))])
        let second = try await first.restarted()
        second.trial.store.failReads(with: .unavailable("locked"))
        await second.trial.recorder.catchUp()
        #expect(try second.tests().quality.count == 0)
        second.trial.store.failReads(with: nil)
        await second.trial.recorder.catchUp()
        #expect(try second.tests().quality.count == 1)
    }

    @Test("more feedback than one read takes is caught up with whole, also by two at once")
    func manyPages() async throws {
        let first = try await FeedbackStage.with((0..<1_100).map { _ in (3, 8) })
        for start in stride(from: 1, through: 1_100, by: 550) {
            _ = try await first.tell((start..<start + 550).map { ("r\($0)", .label("8")) })
        }
        let second = try await first.restarted()
        async let one: Void = second.trial.recorder.catchUp()
        async let two: Void = second.trial.recorder.catchUp()
        _ = await (one, two)
        #expect(try second.tests().quality.count == 1_100 && second.tests().quality.mean == -1)
    }

    @Test("another margin begins the tests anew, keeps the evidence, and does not count feedback told before")
    func otherMargin() async throws {
        let stage = try await FeedbackStage.with([(3, 8), (8, 8)])
        _ = try await stage.tell([("r1", .label("8"))])
        let before = try #require(stage.trial.recorder.gateInput(of: "digits"))
        #expect(before.tests.pairs > 0)
        var policy = GatePolicy()
        policy.rules[.quality]?.margin = 0.2
        stage.trial.begin(.numbered(), gate: policy)
        let after = try #require(stage.trial.recorder.gateInput(of: "digits"))
        #expect(after.tests.pairs == 0 && after.tests.quality.margin == 0.2 && after.policy == policy)
        #expect(after.evidence.pairs == before.evidence.pairs && after.counts == before.counts)
        await stage.trial.recorder.catchUp()
        #expect(try stage.tests().quality.count == 0)
        _ = try await stage.tell([("r2", .label("8"))])
        #expect(try stage.tests().quality.count == 1)
    }

    @Test("another margin after a restart begins the tests anew as well")
    func otherMarginAfterRestart() async throws {
        let first = try await FeedbackStage.with([(3, 8), (8, 8)])
        _ = try await first.tell([("r1", .label("8"))])
        await first.trial.recorder.flush()
        var policy = GatePolicy()
        policy.rules[.errors]?.margin = 0.2
        let second = try await first.restarted(gate: policy)
        let input = try #require(second.trial.recorder.gateInput(of: "digits"))
        #expect(input.tests.pairs == 0 && input.tests.errors.margin == 0.2 && input.evidence.pairs > 0)
        await second.trial.recorder.catchUp()
        #expect(try second.tests().quality.count == 1)
    }

    @Test("a policy that changes no margin keeps the tests, and counts from now on")
    func sameMargins() async throws {
        let stage = try await FeedbackStage.with([(3, 8), (8, 8)])
        let before = try stage.tests()
        var policy = GatePolicy()
        policy.alpha = 0.01
        policy.rules[.errors]?.minimum = 9
        stage.trial.begin(.numbered(), gate: policy)
        let after = try #require(stage.trial.recorder.gateInput(of: "digits"))
        #expect(after.tests == before && after.policy == policy)
    }

    @Test("a reverse trial accuses the live version")
    func reverse() throws {
        let trial = TrialStage()
        var release = Release.numbered()
        release.kind = .standby
        trial.begin(release)
        #expect(trial.recorder.gateInput(of: "digits")?.tests.terms.subject == .live)
    }
}

/// A recorder with pairs in it, and a keeper of feedback beside it.
struct FeedbackStage {
    let trial: TrialStage
    let keeper: FeedbackKeeper

    private init(_ trial: TrialStage) {
        self.trial = trial
        self.keeper = FeedbackKeeper(
            store: trial.store,
            recorder: trial.recorder,
            key: [UInt8](repeating: 7, count: 32),
            now: { 1_700_000_000_000_000 }
        )
    }

    /// Requests `r1`, `r2` and so on with the classes of both answers, behind enough others for the comparators to be chosen.
    static func with(
        _ classes: [(live: Int64, candidate: Int64)],
        capture: CapturePolicy = CapturePolicy(mode: .full),
        _ change: (inout Pair) -> Void = { _ in }
    ) async throws -> FeedbackStage {
        let trial = TrialStage()
        trial.begin(.numbered(), capture: capture)
        for id in 1...40 as ClosedRange<Int64> { trial.mirror(.sample(id: id, live: id % 5, candidate: id % 5)) }
        for (place, classes) in classes.enumerated() {
            var pair = Pair.sample(id: 101 + Int64(place), live: classes.live, candidate: classes.candidate)
            pair.requestID = "r\(place + 1)"
            change(&pair)
            trial.mirror(pair)
        }
        await trial.recorder.flush()
        return FeedbackStage(trial)
    }

    /// A new process over the same store.
    func restarted(gate: GatePolicy = GatePolicy()) async throws -> FeedbackStage {
        let next = TrialStage(self.trial.store)
        _ = try await next.recorder.restore()
        next.begin(.numbered(), gate: gate)
        return FeedbackStage(next)
    }

    func tell(_ items: [(String, Feedback.Truth)]) async throws -> FeedbackReply {
        try await self.keeper.take(
            items.map { Feedback(requestID: $0, truth: $1) },
            model: "digits",
            labelOutput: nil
        )
    }

    /// Of the live version and of the candidate, as they are kept.
    func losses() async throws -> [[Double]] {
        try await self.trial.store.losses(of: 1, after: 0, limit: 1_000).map { [$0.live, $0.candidate] }
    }

    func tests() throws -> GateEvidence { try #require(self.trial.recorder.gateInput(of: "digits")).tests }
}
