import Capture
import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Trial recorder")
struct TrialRecorderTests {
    @Test("a release that begins is in the store, begun again it changes nothing")
    func begins() async throws {
        let stage = TrialStage()
        stage.begin(.numbered())
        for id in 1...40 { stage.mirror(.sample(id: Int64(id))) }
        stage.begin(.numbered())
        #expect(try await stage.store.releases(model: "digits", limit: 10) == [.numbered()])
        #expect(try await stage.trial().coverage.compared == 40)
    }

    @Test("pairs of a release nobody began are counted, and those of one that ended")
    func unknownReleases() {
        let stage = TrialStage()
        stage.recorder.accept(.sample(id: 1))
        stage.begin(.numbered())
        stage.recorder.end(Release.numbered().ended())
        stage.recorder.accept(.sample(id: 2))
        #expect(stage.recorder.unknownPairs == 2)
        #expect(stage.store.allPairs.isEmpty)
    }

    @Test("beyond the limit no further release is kept in memory")
    func isBounded() {
        let stage = TrialStage(limit: 2)
        for id in 1...3 { stage.begin(.numbered(Int64(id), model: "m\(id)")) }
        for id in 1...3 { stage.recorder.accept(.sample(id: Int64(id), release: Int64(id))) }
        #expect(stage.recorder.unknownPairs == 1)
    }

    @Test("every pair is stored once, compared and summarised, also those held back at first")
    func storesPairs() async throws {
        let stage = TrialStage()
        stage.begin(.numbered())
        for id in 1...100 {
            let segments = [Segment(key: "tenant", value: "t\(id % 3)")]
            stage.mirror(.sample(id: Int64(id), candidate: id == 50 ? 1 : 0, noise: 0, segments: segments))
        }
        await stage.recorder.flush()
        let summaries = stage.store.allPairs.map(\.summary)
        #expect(summaries.map(\.id) == Array(1...100))
        #expect(summaries.filter { $0.diverged }.map(\.id) == [50])
        #expect(summaries[49].divergence == 1 && summaries[49].noiseDivergence == 0)
        #expect(summaries[0].segments == [Segment(key: "tenant", value: "t1")])
        #expect(summaries[0].liveNanoseconds == 10_000 && summaries[0].noiseNanoseconds == 16_000)
    }

    @Test(
        "a stored pair is found by the id its client gave, whatever of that is kept",
        arguments: [CapturePolicy.Mode.full, .redacted, .hash]
    )
    func hashesRequests(_ mode: CapturePolicy.Mode) async throws {
        let stage = TrialStage()
        stage.begin(.numbered(), capture: CapturePolicy(mode: mode))
        var pair = Pair.sample(id: 1)
        pair.requestID = "of ann@example.com"
        stage.mirror(pair)
        stage.mirror(.sample(id: 2))
        await stage.recorder.flush()
        let hash = KeyedHash(key: [UInt8](repeating: 7, count: 32)).request("of ann@example.com", model: "digits")
        #expect(try await stage.store.pair(requestHash: hash, model: "digits")?.summary.id == 1)
        #expect(stage.store.allPairs.map(\.requestHash) == [hash, nil])
    }

    @Test("a candidate that fails is a pair with divergence 1 and a reason")
    func storesFailures() throws {
        let stage = TrialStage()
        stage.begin(.numbered())
        var pair = Pair.sample(id: 5)
        pair.candidate = .failure(.timeout, "no answer within 1 s")
        stage.mirror(pair)
        let summary = try #require(stage.store.allPairs.first?.summary)
        #expect(summary.candidate == "timeout" && summary.reason == "no answer within 1 s")
        #expect(summary.divergence == 1 && summary.diverged)
    }

    @Test("pairs held back for their comparators come out on the sixth tick")
    func settlesOnTicks() {
        let stage = TrialStage()
        stage.begin(.numbered())
        stage.mirror(.sample(id: 1))
        for _ in 0..<5 { stage.recorder.tick() }
        #expect(stage.store.allPairs.isEmpty)
        stage.recorder.tick()
        #expect(stage.store.allPairs.count == 1)
    }

    @Test("evidence is saved when it changed, and not otherwise")
    func savesChanges() {
        let stage = TrialStage()
        stage.begin(.numbered())
        stage.recorder.tick()
        let first = stage.store.evidenceWrites
        stage.recorder.tick()
        #expect(stage.store.evidenceWrites == first)
        var pair = Pair.sample(id: 1)
        pair.candidate = .failure(.error, "no")
        stage.mirror(pair)
        stage.recorder.tick()
        #expect(stage.store.evidenceWrites == first + 1)
        stage.count(1) { $0.optedOut += 1 }
        stage.recorder.tick()
        #expect(stage.store.evidenceWrites == first + 2)
    }

    @Test("mode off keeps evidence and no pair, and nothing readable in either")
    func modeOff() async throws {
        let stage = TrialStage()
        stage.begin(.numbered(), capture: CapturePolicy(mode: .off))
        for id in 1...40 {
            var pair = Pair.sample(id: Int64(id), segments: [Segment(key: "user", value: "eve@example.com")])
            pair.requestID = "eve@example.com"
            if id % 2 == 0 { pair.candidate = .failure(.error, "cannot read eve@example.com") }
            stage.mirror(pair)
        }
        await stage.recorder.flush()
        #expect(stage.store.allPairs.isEmpty)
        #expect(try await stage.trial().coverage.counts.paired == 40)
        let bytes = try #require(try await stage.store.evidence(of: 1))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("eve"))
    }

    @Test("determinism is found from the bytes, also when these are not kept, and said once")
    func announcesDeterminism() {
        let stage = TrialStage()
        stage.begin(.numbered(), capture: CapturePolicy(mode: .off))
        for id in 1...300 {
            stage.mirror(.sample(id: Int64(id), noise: 0))
            if id == 199 { #expect(stage.announced.isEmpty) }
        }
        stage.recorder.tick()
        #expect(stage.announced == [1])
    }

    @Test("a live version that answers differently is never said to be deterministic")
    func seesNoise() async throws {
        let stage = TrialStage()
        stage.begin(.numbered())
        for id in 1...300 { stage.mirror(.sample(id: Int64(id), noise: id == 30 ? 1 : 0)) }
        stage.recorder.tick()
        #expect(stage.announced.isEmpty)
        #expect(
            try await stage.trial().determinism.sentence
                == "live is not deterministic: 1 of 300 repeated answers differed"
        )
    }

    @Test("compared in another way, evidence begins anew and the counts go on")
    func otherTerms() async throws {
        let stage = TrialStage()
        stage.begin(.numbered())
        for id in 1...40 { stage.mirror(.sample(id: Int64(id))) }
        let settings = ComparisonSettings(outputs: ["label": .init(comparator: .exact)])
        stage.recorder.begin(
            .numbered(),
            live: .sample,
            candidate: .sample,
            comparison: settings,
            capture: CapturePolicy(mode: .full)
        )
        for id in 41...73 { stage.mirror(.sample(id: Int64(id))) }
        await stage.recorder.flush()
        #expect(try await stage.trial().coverage.compared == 33)
        #expect(try await stage.trial().coverage.counts.paired == 73)
        #expect(stage.store.allPairs.count == 73)
        // What a crash now would leave is conserved too.
        let next = TrialStage(stage.store)
        _ = try await next.recorder.restore()
        #expect(try await next.trial().coverage.counts.dropped.isEmpty)
    }

    @Test("kept in another way, evidence begins anew without the old policy's texts; the same policy changes nothing")
    func otherPolicy() async throws {
        let stage = TrialStage()
        stage.begin(.numbered(), capture: CapturePolicy(mode: .full))
        let fail = { (id: Int64) in
            var pair = Pair.sample(id: id, segments: [Segment(key: "user", value: "eve")])
            pair.candidate = .failure(.error, "no such user: eve")
            stage.mirror(pair)
        }
        for id: Int64 in 1...5 { fail(id) }
        stage.begin(.numbered(), capture: CapturePolicy(mode: .full))
        #expect(try await stage.trial().outcomes.candidateReasons == ["no such user: eve": 5])
        stage.begin(.numbered(), capture: CapturePolicy(mode: .hash))
        for id: Int64 in 6...9 { fail(id) }
        await stage.recorder.flush()
        let trial = try await stage.trial()
        #expect(trial.outcomes.candidate == ["error": 4] && trial.coverage.counts.paired == 9)
        let bytes = try #require(try await stage.store.evidence(of: 1))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("eve"))
    }

    @Test("a store that drops pairs loses no evidence")
    func droppingStore() async throws {
        let stage = TrialStage()
        stage.store.drop()
        stage.begin(.numbered())
        for id in 1...50 { stage.mirror(.sample(id: Int64(id))) }
        #expect(try await stage.trial().coverage.compared == 50)
        #expect(stage.store.figures().dropped == ["queue_full": 50])
    }

    @Test("several threads at once: every pair counts once", .timeLimit(.minutes(1)))
    func threads() async throws {
        let stage = TrialStage()
        for release in 1...2 { stage.begin(.numbered(Int64(release), model: "m\(release)")) }
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for id in 1...500 {
                        let number = Int64(lane * 1_000 + id)
                        stage.mirror(.sample(id: number * 2, release: 1))
                        stage.mirror(.sample(id: number * 2 + 1, release: 2))
                        if id % 100 == 0 { stage.recorder.tick() }
                    }
                }
            }
        }
        await stage.recorder.flush()
        for release in 1...2 {
            let trial = try await stage.reader.trial(model: "m\(release)", release: nil)
            #expect(trial.coverage.compared == 2_000)
            #expect(trial.coverage.counts.isConserved)
        }
        #expect(stage.store.allPairs.count == 4_000)
    }
}
