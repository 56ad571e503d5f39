import Capture
import Comparison
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Trial reader")
struct TrialReaderTests {
    private func stage(_ pairs: Int = 250, model: String = "digits") -> TrialStage {
        let stage = TrialStage()
        stage.begin(.numbered(1, model: model))
        for id in 0..<max(0, pairs) {
            let segments = [Segment(key: "tenant", value: "t\(id % 2)")]
            let label = Int64(id % 10)
            stage.mirror(.sample(id: Int64(id + 1), live: label, candidate: label, noise: label, segments: segments))
        }
        return stage
    }

    @Test("the same version on both sides: no divergence, deterministic, and the share that follows")
    func sameVersion() async throws {
        let stage = self.stage()
        let trial = try await stage.trial()
        #expect(trial.isRunning && trial.release == .numbered() && trial.lastPair == 250)
        #expect(trial.coverage.compared == 250 && trial.coverage.triples == 250)
        #expect(trial.outcomes.live == ["answered": 250] && trial.outcomes.candidateReasons.isEmpty)
        #expect(trial.determinism.isDeterministic == true)
        #expect(
            trial.determinism.sentence
                == "live is deterministic: 250 of 250 repeated answers were identical, so it is asked again for 1 % "
                + "instead of 10 %"
        )
        let output = try #require(trial.outputs.first)
        #expect(output.plan.name == "label" && output.compared == 250 && output.diverged == 0)
        #expect(output.divergence.max == 0 && output.noise.count == 250 && output.excess == 0)
        #expect(trial.segments.map(\.segment.value) == ["t0", "t1"] && trial.segments[0].pairs == 125)
        #expect(trial.worst.isEmpty)
    }

    @Test("times are microseconds, ratios geometric means")
    func latency() async throws {
        let latency = try await self.stage().trial().latency
        #expect(latency.live.count == 250 && latency.live.max == 10 && latency.live.mean == 10)
        #expect(abs(latency.candidate.p50 - 20) < 0.02)
        #expect(abs(try #require(latency.candidateByLive).mean - 2) < 1e-9)
        #expect(abs(try #require(latency.candidateByNoise).mean - 1.25) < 1e-9)
    }

    @Test("before the first pairs everything is empty and undecided")
    func empty() async throws {
        let trial = try await self.stage(0).trial()
        #expect(trial.outputs.isEmpty && trial.lastPair == nil && trial.determinism.isDeterministic == nil)
        #expect(trial.determinism.sentence == "undecided: live was not asked again yet")
        #expect(trial.latency.live.count == 0 && trial.latency.candidateByLive == nil)
    }

    @Test("a trial that ended reads the same from memory and from the store")
    func ended() async throws {
        let stage = self.stage()
        let running = try await stage.trial()
        stage.recorder.end(Release.numbered().ended())
        let fromMemory = try await stage.trial(1)
        let fromStore = try await TrialStage(stage.store).trial(1)
        #expect(fromMemory == fromStore)
        #expect(!fromMemory.isRunning && fromMemory.release.end == .promoted)
        #expect(fromMemory.outputs == running.outputs && fromMemory.coverage == running.coverage)
        #expect(
            try await stage.reader.releases(model: "digits", limit: 5).releases.map(\.release) == [
                Release.numbered().ended()
            ]
        )
    }

    @Test("the running release comes first, then the newest that ended")
    func chooses() async throws {
        let stage = self.stage()
        stage.recorder.end(Release.numbered().ended())
        #expect(try await stage.trial().release.id == 1)
        stage.begin(.numbered(2))
        #expect(try await stage.trial().release.id == 2)
        #expect(try await stage.trial(1).release.id == 1)
        #expect(try await stage.reader.releases(model: "digits", limit: 5).releases.map(\.release.id) == [2, 1])
    }

    @Test("each release is listed with its pairs, from memory and from the store")
    func pairsOfReleases() async throws {
        let stage = self.stage(40)
        stage.recorder.end(Release.numbered().ended())
        stage.begin(.numbered(2))
        for id: Int64 in 41...43 { stage.mirror(.sample(id: id, release: 2)) }
        stage.store.save(.numbered(3).ended())
        stage.store.save(.numbered(4).ended())
        stage.store.save(evidence: [1, 2, 3], of: 4)
        let expected: [ReleasesDocument.Entry] = [
            .init(.numbered(4).ended(), pairs: nil), .init(.numbered(3).ended(), pairs: 0),
            .init(.numbered(2), pairs: 3),
            .init(.numbered().ended(), pairs: 40),
        ]
        #expect(try await stage.reader.releases(model: "digits", limit: 5).releases == expected)
        await stage.recorder.flush()
        #expect(try await TrialStage(stage.store).reader.releases(model: "digits", limit: 5).releases == expected)
    }

    @Test("worst pairs that are not in the store have no id to open them by", arguments: CapturePolicy.Mode.allCases)
    func worstPairs(_ mode: CapturePolicy.Mode) async throws {
        let stage = TrialStage()
        stage.begin(.numbered(), capture: CapturePolicy(mode: mode))
        for id: Int64 in 1...40 { stage.mirror(.sample(id: id, live: 1, candidate: id == 40 ? 2 : 1)) }
        let worst = try await stage.trial().worst
        #expect(worst.map(\.id) == [mode == .off ? nil : 40])
        #expect(worst.first?.divergence == 1)
        stage.store.failReads(with: .unavailable("locked"))
        #expect(try await stage.trial().worst.map(\.id) == [40])
    }

    @Test("what is not there is said with what there is")
    func notFound() async throws {
        let stage = self.stage()
        await #expect(
            throws: ControlError(.notFound, "model `digits` has no release 9; its newest: 1 (running)")
        ) { try await stage.trial(9) }
        await #expect(
            throws: ControlError(
                .notFound,
                "model `other` has had no trial yet: one begins when a second version is ready in its other slot"
            )
        ) { try await stage.reader.trial(model: "other", release: nil) }
        await #expect(throws: ControlError(.notFound, "pair 3 is one of model `digits`, not of `other`")) {
            try await stage.reader.pair(model: "other", id: 3)
        }
        let missing = await #expect(throws: ControlError.self) { try await stage.reader.pair(model: "digits", id: 999) }
        #expect(missing?.code == .notFound)
    }

    @Test("while the store cannot be read a running trial is shown, and the rest says why not")
    func storeFails() async throws {
        let stage = self.stage()
        stage.store.failReads(with: .unavailable("the disk is full"))
        #expect(try await stage.trial().coverage.compared == 250)
        let expected = ControlError(
            .storeUnavailable,
            "the capture database cannot be read at the moment: the disk is full"
        )
        await #expect(throws: expected) { try await stage.reader.releases(model: "digits", limit: 5) }
        await #expect(throws: expected) { try await stage.reader.pairs(PairQuery(model: "digits")) }
        await #expect(throws: expected) { try await stage.reader.pair(model: "digits", id: 1) }
    }

    @Test("pairs come in pages, newest first")
    func pages() async throws {
        let stage = self.stage()
        var seen: [Int64] = []
        var query = PairQuery(model: "digits", limit: 100)
        repeat {
            let page = try await stage.reader.pairs(query)
            seen += page.pairs.map(\.id)
            query.before = page.next
        } while query.before != nil
        #expect(seen == (1...250).reversed())
        query.limit = 0
        await #expect(throws: ControlError(.invalidRequest, "a limit of 0 was asked for; 1 to 1000 is possible")) {
            try await stage.reader.pairs(query)
        }
    }

    @Test("one pair in full: inputs, answers side by side, differing elements marked")
    func pairInFull() async throws {
        let stage = self.stage(40)
        stage.mirror(.sample(id: 900, live: 3, candidate: 8))
        let pair = try await stage.reader.pair(model: "digits", id: 900)
        #expect(pair.mode == .full && pair.summary.diverged)
        #expect(pair.inputs.map(\.name) == ["x"] && pair.inputs[0].elements == [.number(1), .number(2)])
        #expect(pair.inputs[0].datatype == "FP32" && pair.inputs[0].shape == [1, 2] && pair.inputs[0].count == 2)
        let output = try #require(pair.outputs.first)
        #expect(output.live?.elements == [.integer(3)] && output.candidate?.elements == [.integer(8)])
        #expect(output.noise == nil && output.differing == [0] && output.divergence == 1 && output.sentence != nil)
        let same = try await stage.reader.pair(model: "digits", id: 7)
        #expect(same.outputs[0].differing.isEmpty && same.outputs[0].sentence == nil)
    }

    @Test("kept requests come in the order they came, page by page; those without a readable request are counted")
    func requests() async throws {
        let stage = self.stage(40)
        stage.store.append(
            CapturedPair(summary: try #require(stage.store.allPairs.last?.summary.with(id: 41)), body: [1, 2, 3])
        )
        let first = try await stage.reader.requests(model: "digits", release: nil, after: 0, limit: 30)
        #expect(first.lines.count == 30 && first.next == 30 && first.skipped == 0)
        #expect(first.lines[0].hasPrefix("{\"inputs\":["))
        let second = try await stage.reader.requests(model: "digits", release: 1, after: 30, limit: 30)
        #expect(second.lines.count == 10 && second.next == 41 && second.skipped == 1)
        let end = try await stage.reader.requests(model: "digits", release: 1, after: 41, limit: 30)
        #expect(end.lines.isEmpty && end.next == nil)
    }

    @Test("a kept request has its id and its parameters, but no segment that came in a header")
    func wholeRequests() async throws {
        let stage = self.stage(40)
        let segments = [
            Segment(key: "x-tenant", value: "acme", isHeader: true), Segment(key: "label", value: "8"),
        ]
        var pair = Pair.sample(id: 41, segments: segments)
        pair.requestID = "a \"b\""
        stage.mirror(pair)
        let lines = try await stage.reader.requests(model: "digits", release: nil, after: 40, limit: 1).lines
        #expect(lines.count == 1 && lines[0].hasPrefix(#"{"id":"a \"b\"","inputs":[{"name":"x","#))
        #expect(lines[0].hasSuffix(#""parameters":{"label":"8"}}"#))
    }

    @Test("kept requests are those of all releases unless one is named")
    func requestsOfReleases() async throws {
        let stage = self.stage(40)
        stage.recorder.end(Release.numbered().ended())
        stage.begin(.numbered(2))
        for id: Int64 in 101...140 { stage.mirror(.sample(id: id, release: 2)) }
        await stage.recorder.flush()
        for (release, count, last) in [(nil, 80, 140), (1, 40, 40), (2, 40, 140)] as [(Int64?, Int, Int64)] {
            let page = try await stage.reader.requests(model: "digits", release: release, after: 0, limit: 100)
            #expect(page.lines.count == count && page.next == last)
        }
        await #expect(throws: ControlError.self) {
            try await stage.reader.requests(model: "digits", release: 3, after: 0, limit: 100)
        }
    }

    @Test("elements of every datatype are shown as the protocol writes them")
    func elements() async throws {
        let stage = self.stage(40)
        var pair = Pair.sample(id: 500)
        pair.inputs = [
            NamedTensor(name: "float", tensor: .of(.fp32, [Float(0.1), .nan, -.infinity])),
            NamedTensor(name: "half", tensor: .of(.fp16, [UInt16(0x3C00), 0x0001, 0xFC00, 0x3555])),
            NamedTensor(name: "brain", tensor: .of(.bf16, [UInt16(0x3FC0)])),
            NamedTensor(name: "unsigned", tensor: .of(.uint64, [UInt64.max])),
            NamedTensor(name: "flag", tensor: .of(.bool, [UInt8(1), 0])),
            NamedTensor(name: "text", tensor: .texts([Array("grün".utf8), [0xFF, 0x00], []])),
            NamedTensor(name: "long", tensor: .of(.int8, [Int8](repeating: -1, count: 1_000))),
        ]
        stage.mirror(pair)
        let inputs = try await stage.reader.pair(model: "digits", id: 500).inputs
        #expect(inputs[0].elements == [.number(0.1), .text("NaN"), .text("-Infinity")])
        #expect(inputs[1].elements == [.number(1), .number(5.9604645e-08), .text("-Infinity"), .number(0.33325195)])
        #expect(inputs[2].elements == [.number(1.5)])
        #expect(inputs[3].elements == [.unsigned(.max)])
        #expect(inputs[4].elements == [.boolean(true), .boolean(false)])
        #expect(inputs[5].elements == [.text("grün"), .text("base64:/wA="), .text("")])
        #expect(inputs[6].elements.count == 256 && inputs[6].count == 1_000)
    }
}

extension CapturedPair.Summary {
    fileprivate func with(id: Int64) -> Self {
        var summary = self
        summary.id = id
        return summary
    }
}
