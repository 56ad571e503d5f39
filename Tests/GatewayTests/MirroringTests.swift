import HTTPOracle
import Inference
import NIOCore
import Routing
import ServingCore
import Shadow
import Slots
import TestSupport
import Testing

@Suite("Requests that are mirrored", .timeLimit(.minutes(1)))
struct MirroringTests {
    /// A gateway with version 1 live and version 2, which adds 100, mirrored.
    private struct Stage {
        let gateway: LiveGateway
        let service: ShadowService
        let pairs: CollectedPairs
        let release = Release(
            id: 7,
            model: "m",
            kind: .candidate,
            live: .init(slot: .blue, version: 1, digest: "digest-1"),
            candidate: .init(slot: .green, version: 2, digest: "digest-2")
        )

        var counts: ShadowCounts { self.service.counts(of: self.release.id) }

        /// Sends `request` until it makes a pair: the mirrored leg of a busy machine may give way.
        func pair(_ request: String) async throws -> Pair? {
            let client = try await self.gateway.connect()
            for _ in 0..<1_000 {
                try await client.send(request)
                _ = try await client.receive(1)
                #expect(await eventually { self.counts.pending == 0 })
                if let pair = self.pairs.pairs.last { return pair }
            }
            return nil
        }
    }

    private func with(
        live: FakeEngine = FakeEngine(),
        settings: TrafficSettings = TrafficSettings(shadow: 1, noise: 0),
        segments: [SegmentSource] = [],
        _ body: (Stage) async throws -> Void
    ) async throws {
        let adding = FakeEngine { inputs, _, _ in
            [.of(.int32, inputs[0].values(as: Int32.self).map { $0 + 100 }, shape: inputs[0].shape)]
        }
        let live = try LoadedModel.fake(engine: live)
        let candidate = try LoadedModel.fake(version: 2, engine: adding)
        let pairs = CollectedPairs()
        let service = ShadowService(sink: pairs, now: { 1_000 }, memoryIsShort: { false })
        try await LiveGateway.with(live) { gateway in
            let stage = Stage(gateway: gateway, service: service, pairs: pairs)
            try await gateway.publish([.blue: live, .green: candidate], generation: 2)
            let trial = service.open(stage.release, live: live, candidate: candidate, limits: ShadowLimits())
            try await gateway.publisher.publish(
                ["m": MirrorPlan(trial: trial, settings: settings, segments: segments)]
            )
            try await body(stage)
            try await gateway.publisher.publish([String: MirrorPlan]())
        }
        await onThread { service.shutDown() }
        let counts = service.counts(of: 7)
        #expect(counts.pending == 0)
        #expect(counts.sampled == counts.paired + counts.droppedTotal)
        #expect(counts.paired == UInt64(pairs.pairs.count))
    }

    @Test("the client gets the live answer; the pair holds the request and both answers")
    func pairs() async throws {
        try await self.with { stage in
            let client = try await stage.gateway.connect()
            try await client.send(Requests.infer(5))
            #expect(try await client.receive(1).first?.body.contains("\"data\":[5]") == true)
            let pair = try #require(try await stage.pair(Requests.infer(5)))
            #expect(pair.requestID == "5")
            #expect(pair.release == 7)
            #expect(pair.inputs.map(\.name) == ["x"])
            #expect(pair.live.outputs.first?.tensor.values(as: Int32.self) == [5])
            #expect(pair.candidate.outputs.first?.tensor.values(as: Int32.self) == [105])
            #expect(pair.live.outcome == .answered && pair.candidate.outcome == .answered)
            #expect(pair.live.nanoseconds > 0 && pair.candidate.nanoseconds > 0)
            #expect(pair.noise == nil)
        }
    }

    @Test("a pair is filed under the declared header and parameter; keys the request lacks are left out")
    func segments() async throws {
        let keys: [SegmentSource] = [.header("x-tenant"), .parameter("label"), .parameter("absent")]
        try await self.with(segments: keys) { stage in
            let request = Requests.infer(1, parameters: #""parameters":{"label":"four","more":2},"#, "X-Tenant: acme")
            let pair = try #require(try await stage.pair(request))
            #expect(
                pair.segments == [Segment(key: "x-tenant", value: "acme"), Segment(key: "label", value: "four")]
            )
            #expect(pair.segments.map(\.isHeader) == [true, false])
        }
    }

    @Test(
        "what the client keeps out, what picks a slot and what is refused is not sampled",
        arguments: [
            (Requests.infer(1, "teal-shadow: skip"), 200), (Requests.infer(1, "teal-shadow: mirrored"), 200),
            (Requests.infer(1, "teal-slot: blue"), 200), (Requests.infer(1, "teal-slot: green"), 200),
            (Requests.infer(1, "teal-shadow: no"), 400),
            (Requests.infer(1, parameters: #""broken","#), 400),
        ]
    )
    func notSampled(request: String, status: Int) async throws {
        try await self.with { stage in
            let client = try await stage.gateway.connect()
            try await client.send(request)
            #expect(try await client.receive(1).statuses == [status])
            #expect(stage.counts.sampled == 0)
            #expect(stage.counts.optedOut == (request.contains("teal-shadow: ") && status == 200 ? 1 : 0))
        }
    }

    @Test("a share of none mirrors nothing")
    func noShare() async throws {
        try await self.with(settings: TrafficSettings(shadow: 0)) { stage in
            let client = try await stage.gateway.connect()
            try await client.send(Requests.infer(1))
            #expect(try await client.receive(1).statuses == [200])
            #expect(stage.counts.sampled == 0)
        }
    }

    @Test("a live answer that failed makes a pair too: the candidate may do better")
    func liveFails() async throws {
        let failing = FakeEngine { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "too hot") }
        try await self.with(live: failing) { stage in
            let pair = try #require(try await stage.pair(Requests.infer(5)))
            #expect(pair.live.outcome == .error)
            #expect(pair.live.reason?.contains("too hot") == true)
            #expect(pair.live.outputs.isEmpty)
            #expect(pair.candidate.outputs.first?.tensor.values(as: Int32.self) == [105])
        }
    }

    @Test("a live version that is asked again gives the noise of its pair")
    func noise() async throws {
        try await self.with(settings: TrafficSettings(shadow: 1, noise: 1)) { stage in
            let pair = try #require(try await stage.pair(Requests.infer(5)))
            #expect(pair.noise?.outputs.first?.tensor.values(as: Int32.self) == [5])
        }
    }
}
