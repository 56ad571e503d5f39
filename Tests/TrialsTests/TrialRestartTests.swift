import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Trials over restarts")
struct TrialRestartTests {
    /// A new process over the same store.
    private func restart(_ stage: TrialStage) async throws -> TrialStage {
        let next = TrialStage(stage.store)
        #expect(try await next.recorder.restore().map(\.id) == [1])
        next.begin(.numbered())
        return next
    }

    private func pair(_ id: Int) -> Pair {
        .sample(
            id: Int64(id),
            live: Int64(id % 5),
            candidate: Int64(id % 7 % 5),
            noise: id % 3 == 0 ? Int64(id % 5) : nil
        )
    }

    @Test("after an orderly end evidence goes on as if nothing had happened")
    func orderly() async throws {
        let whole = TrialStage()
        whole.begin(.numbered())
        for id in 1...900 { whole.mirror(self.pair(id)) }
        await whole.recorder.flush()

        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...400 { first.mirror(self.pair(id)) }
        await first.recorder.flush()
        let second = try await self.restart(first)
        for id in 401...900 { second.mirror(self.pair(id)) }
        await second.recorder.flush()

        #expect(try await second.trial() == whole.trial())
        #expect(try await second.trial().coverage.counts.dropped.isEmpty)
    }

    @Test("after a crash what was on its way is counted, and evidence and counts fall back together")
    func crash() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...50 { first.mirror(.sample(id: Int64(id))) }
        first.count(1) { counts in
            counts.sampled += 12
            counts.pending = 7
            counts.dropped = ["queue_full": 5]
        }
        first.recorder.tick()
        // These the crash takes along.
        for id in 51...60 { first.mirror(.sample(id: Int64(id))) }

        let second = try await self.restart(first)
        for id in 61...64 { second.mirror(.sample(id: Int64(id))) }
        let coverage = try await second.trial().coverage
        #expect(coverage.counts.sampled == 66 && coverage.counts.paired == 54 && coverage.counts.pending == 0)
        #expect(coverage.counts.dropped == ["queue_full": 5, "crash": 7])
        #expect(coverage.counts.isConserved && coverage.compared == 54)
    }

    @Test("pairs a crash took while they waited for their comparators are counted as well")
    func crashWhileHeldBack() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...10 { first.mirror(.sample(id: Int64(id))) }
        first.recorder.tick()
        let second = try await self.restart(first)
        let coverage = try await second.trial().coverage
        #expect(coverage.counts.dropped == ["crash": 10] && coverage.counts.sampled == 10)
        #expect(coverage.counts.isConserved && coverage.compared == 0)
    }

    @Test("crash after crash stays conserved")
    func crashes() async throws {
        var stage = TrialStage()
        stage.begin(.numbered())
        var random = SeededRandom(seed: 11)
        for _ in 0..<20 {
            for id in 1...Int.random(in: 1...60, using: &random) { stage.mirror(self.pair(id)) }
            stage.count(1) { counts in
                counts.pending = UInt64.random(in: 0...9, using: &random)
                counts.sampled += counts.pending
            }
            stage.recorder.tick()
            let before = try await stage.trial().coverage.counts
            stage = try await self.restart(stage)
            let after = try await stage.trial().coverage.counts
            #expect(after.isConserved && after.sampled == before.sampled && after.pending == 0)
        }
    }

    @Test("counters read while they moved do not break the law")
    func racyCounts() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...40 { first.recorder.accept(.sample(id: Int64(id))) }
        // The pairs are in evidence already, `sampled` was read before.
        first.count(1) { $0.sampled = 38 }
        first.recorder.tick()
        let counts = try await self.restart(first).trial().coverage.counts
        #expect(counts.isConserved && counts.paired == 40 && counts.sampled == 40)
    }

    @Test("determinism is said again after a restart, on the first tick")
    func announcesAgain() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...250 { first.mirror(.sample(id: Int64(id), noise: 0)) }
        await first.recorder.flush()
        let second = try await self.restart(first)
        second.recorder.tick()
        second.recorder.tick()
        #expect(second.announced == [1])
    }

    @Test("a release of an earlier process that nobody takes up ends with its evidence and its losses")
    func endsUntaken() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...40 { first.mirror(.sample(id: Int64(id))) }
        first.count(1) { counts in
            counts.sampled += 3
            counts.pending = 3
        }
        first.recorder.tick()
        let second = TrialStage(first.store)
        _ = try await second.recorder.restore()
        second.recorder.end(Release.numbered().ended(.abandoned))
        let third = TrialStage(first.store)
        for stage in [second, third] {
            let trial = try await stage.trial()
            #expect(trial.release.end == .abandoned && !trial.isRunning)
            #expect(trial.coverage.compared == 40 && trial.coverage.counts.dropped == ["crash": 3])
        }
    }

    @Test("every reason of a drop is kept")
    func drops() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        let dropped = Dictionary(uniqueKeysWithValues: zip(ShadowDrop.allCases.map(\.rawValue), UInt64(1)...))
        first.count(1) { counts in
            counts.dropped = dropped
            counts.sampled = counts.droppedTotal
        }
        await first.recorder.flush()
        #expect(try await self.restart(first).trial().coverage.counts.dropped == dropped)
    }

    @Test("restarted with another policy of what is kept, evidence begins anew and the counts go on")
    func otherPolicy() async throws {
        let first = TrialStage()
        first.begin(.numbered(), capture: CapturePolicy(mode: .full))
        for id in 1...40 { first.mirror(.sample(id: Int64(id), segments: [Segment(key: "user", value: "eve")])) }
        await first.recorder.flush()
        let second = TrialStage(first.store)
        _ = try await second.recorder.restore()
        second.begin(.numbered(), capture: CapturePolicy(mode: .off))
        second.recorder.tick()
        let bytes = try #require(try await first.store.evidence(of: 1))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("eve"))
        let coverage = try await second.trial().coverage
        #expect(coverage.compared == 0 && coverage.counts.paired == 40)
    }

    @Test("with another embedder evidence of free texts begins anew, of classes that are texts it goes on")
    func otherEmbedder() async throws {
        let texts = ModelSignature(
            inputs: ModelSignature.sample.inputs,
            outputs: ModelSignature.sample.outputs + [TensorSpec(name: "answer", datatype: .bytes, shape: [-1])]
        )
        for (answer, kept) in [("yes", 40), ("a text that is another one for each request", 0)] as [(String, UInt64)] {
            let first = TrialStage(meaning: NoMeaning(mark: "one"))
            first.begin(.numbered(), signature: texts)
            for id in 1...40 {
                var pair = Pair.sample(id: Int64(id))
                let text = kept > 0 ? answer : "\(answer): \(id)"
                pair.live.outputs.append(NamedTensor(name: "answer", tensor: .texts([text])))
                pair.candidate.outputs.append(NamedTensor(name: "answer", tensor: .texts([text])))
                first.mirror(pair)
            }
            await first.recorder.flush()
            let marks: [String?] = ["another", nil]
            for mark in marks {
                let second = TrialStage(first.store, meaning: mark.map(NoMeaning.init))
                _ = try await second.recorder.restore()
                second.begin(.numbered(), signature: texts)
                #expect(try await second.trial().coverage.compared == kept, "\(mark ?? "none")")
            }
        }
    }

    @Test("damaged evidence begins anew instead of stopping the gateway")
    func damaged() async throws {
        let first = TrialStage()
        first.begin(.numbered())
        for id in 1...40 { first.mirror(.sample(id: Int64(id))) }
        await first.recorder.flush()
        var bytes = try #require(try await first.store.evidence(of: 1))
        bytes[bytes.count / 2] ^= 1
        first.store.save(evidence: bytes, of: 1)
        await #expect(throws: ControlError.self) { try await TrialStage(first.store).trial(1) }
        let second = try await self.restart(first)
        second.mirror(.sample(id: 41))
        await second.recorder.flush()
        let coverage = try await second.trial().coverage
        #expect(coverage.compared == 1 && coverage.counts.isConserved)
    }
}

/// An embedder to which no text means anything.
private struct NoMeaning: TextMeaning {
    let mark: String

    func vector(of text: UnsafeRawBufferPointer) -> [Float]? { nil }
}
