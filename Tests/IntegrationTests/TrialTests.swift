import Admin
import Comparison
import Foundation
import LoadGenerator
import NIOCore
import NIOPosix
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Trials of the real binary", .timeLimit(.minutes(5)))
struct TrialTests {
    /// A repository with model `m`: one fixture live, another beside it.
    private static func repository(_ candidate: String) throws -> TemporaryRepository {
        let repository = try TemporaryRepository()
        try repository.write(
            "slots: {blue: 1, green: 2}\nlive: blue\nshadow: {timeout: 200ms, queue: 16}\n",
            to: "m/model.yaml"
        )
        for (version, name) in [(1, "steady"), (2, candidate)] {
            try repository.write(try Fixtures.model(name), to: "m/\(version)/model.onnx")
        }
        return repository
    }

    /// Live requests that all must be answered.
    private func send(
        _ requests: [PreparedRequest],
        _ count: Int,
        rate: Double = 1_000,
        to gateway: GatewayProcess,
        meanwhile: () async throws -> Void = {}
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = LoadConfiguration(
            target: try SocketAddress(ipAddress: "127.0.0.1", port: gateway.httpPort),
            requests: requests,
            pace: .open(rate: rate),
            connections: 8,
            timeout: .seconds(60)
        )
        configuration.count = count
        let run = LoadRun(configuration, on: group)
        run.start()
        try await meanwhile()
        let report = await run.report()
        #expect(report.failed == 0, "\(report.failureTexts.joined(separator: "; "))")
        #expect(report.isConserved)
        try await group.shutdownGracefully()
    }

    private static let ones = PreparedRequest(
        post: "/v2/models/m/infer",
        host: "127.0.0.1",
        body: Array(#"{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}"#.utf8)
    )

    @Test(
        "Whatever the candidate does, every sampled request is accounted for and no live request fails",
        arguments: [("steady", "answered"), ("slow", "answered"), ("fails", "error"), ("hangs", "timeout")]
    )
    func conservation(candidate: String, outcome: String) async throws {
        let repository = try Self.repository(candidate)
        let gateway = try await GatewayProcess.start(models: repository.path)
        let admin = try AdminCalls(gateway)
        try await self.send([Self.ones], 2_000, to: gateway)
        let trial = try await admin.settledTrial("m")
        #expect(trial.coverage.counts.sampled == 2_000)
        #expect(Set(trial.outcomes.candidate.keys) == [outcome])
        #expect(trial.outcomes.live == ["answered": trial.coverage.counts.paired])
        #expect(trial.coverage.counts.paired > 0)
        try await expectLaws(admin)
        await gateway.stop()
    }

    @Test("A candidate unloaded in the middle ends its release with every request accounted for")
    func unloaded() async throws {
        let repository = try Self.repository("slow")
        let gateway = try await GatewayProcess.start(models: repository.path)
        let admin = try AdminCalls(gateway)
        try await self.send([Self.ones], 2_000, to: gateway) {
            // Some pairs, and then none.
            #expect(try await eventually { try await admin.trial("m").coverage.counts.paired > 0 })
            _ = try await admin.unload("m", .green)
        }
        let trial = try await admin.settledTrial("m")
        #expect(trial.release.end == .abandoned && !trial.isRunning)
        #expect(trial.coverage.counts.sampled < 2_000)
        #expect(trial.coverage.counts.dropped["candidate_not_ready"] ?? 0 > 0)
        try await expectLaws(admin)
        await gateway.stop()
    }

    @Test(
        "The same version in both slots shows no divergence, and asking again shows no noise",
        arguments: ["digits", "sentiment"]
    )
    func same(model: String) async throws {
        let trial = try await self.trial(model, candidate: 1)
        #expect(trial.outputs.allSatisfy { $0.diverged == 0 && $0.divergence.max == 0 && $0.noise.max == 0 })
        #expect(trial.outputs.allSatisfy { $0.flips ?? 0 == 0 })
        #expect(trial.coverage.triples > 0 && trial.determinism.differing == 0)
        #expect(trial.worst.allSatisfy { $0.divergence == 0 })
    }

    @Test("The broken digits version shows which class it loses, in the outputs, the confusion and the segments")
    func brokenDigits() async throws {
        let trial = try await self.trial("digits", candidate: 3)
        let label = try #require(trial.outputs.first { $0.plan.name == "label" })
        #expect(label.plan.comparator == .labels)
        let flips = try #require(label.flips)
        let ofEight = label.confusion.filter { $0.live == "8" && $0.candidate != "8" }.reduce(0) { $0 + $1.count }
        #expect(ofEight > flips / 2)
        #expect(label.confusion.allSatisfy { $0.candidate != "8" || $0.live == "8" || $0.count < ofEight })
        let probabilities = try #require(trial.outputs.first { $0.plan.name == "probabilities" })
        #expect(probabilities.plan.comparator == .probabilities)
        #expect(probabilities.excess ?? 0 > 0.01)
        let eights = try #require(trial.segments.first { $0.segment == Segment(key: "label", value: "8") })
        let others = trial.segments.filter { $0.segment != eights.segment }
        #expect(Self.flips([eights]) > 5 * Self.flips(others))
        let pair = try #require(trial.worst.first)
        #expect(pair.divergence > 0.9)
    }

    @Test("The good digits version differs a little, and none of it is noise")
    func goodDigits() async throws {
        let trial = try await self.trial("digits", candidate: 2)
        let probabilities = try #require(trial.outputs.first { $0.plan.name == "probabilities" })
        #expect(probabilities.noise.max == 0)
        #expect(probabilities.divergence.mean > 0)
        let label = try #require(trial.outputs.first { $0.plan.name == "label" })
        #expect(Double(label.flips ?? 0) < 0.1 * Double(label.compared))
    }

    @Test("The broken sentiment version differs most on texts with a negation; the good one does not")
    func brokenSentiment() async throws {
        func excess(_ trial: TrialDocument) -> Double {
            let segments = ["yes", "no"].map { Segment(key: "negated", value: $0) }
            let shares = segments.map { segment in Self.flips(trial.segments.filter { $0.segment == segment }) }
            return shares[0] - shares[1]
        }
        let broken = excess(try await self.trial("sentiment", candidate: 3))
        let good = excess(try await self.trial("sentiment", candidate: 2))
        #expect(broken > good + 0.02)
    }

    private static func flips(_ segments: [TrialDocument.SegmentFigures]) -> Double {
        Double(segments.reduce(0) { $0 + $1.flips }) / Double(max(1, segments.reduce(0) { $0 + $1.compared }))
    }

    @Test("Evidence survives a restart, also one without a good-bye, and the release goes on")
    func restart() async throws {
        let first = try await GatewayProcess.start()
        let requests = try HeldOutRequests.prepared("digits")
        try await self.send(requests, 500, to: first)
        let before = try await AdminCalls(first).settledTrial("digits")
        await first.end(SIGTERM)
        let second = try await GatewayProcess.start(data: first.data)
        let admin = try AdminCalls(second)
        let after = try await admin.trial("digits")
        #expect(after.release == before.release)
        #expect(after.coverage.counts == before.coverage.counts)
        #expect(after.outputs == before.outputs)
        try await self.send(requests, 500, to: second)
        let counts = try await admin.settledTrial("digits").coverage.counts
        #expect(counts.sampled == before.coverage.counts.sampled + 500)
        await second.end(SIGKILL)
        let third = try await GatewayProcess.start(data: first.data)
        let last = try await AdminCalls(third).trial("digits")
        #expect(last.release == before.release)
        #expect(last.coverage.counts.sampled >= before.coverage.counts.sampled)
        #expect(last.coverage.counts.isConserved)
        await third.stop()
    }

    @Test("After a promotion the side that was live is mirrored, in a release of its own")
    func reverse() async throws {
        let gateway = try await GatewayProcess.start()
        let admin = try AdminCalls(gateway)
        let requests = try HeldOutRequests.prepared("digits")
        try await self.send(requests, 200, to: gateway)
        let first = try await admin.settledTrial("digits")
        _ = try await admin.promote("digits")
        try await self.send(requests, 200, to: gateway)
        let reverse = try await admin.settledTrial("digits")
        #expect(reverse.release.kind == .standby)
        #expect(reverse.release.live == first.release.candidate && reverse.release.candidate == first.release.live)
        #expect(reverse.coverage.counts.sampled == 200)
        let ended = try await admin.trial("digits", release: first.release.id)
        #expect(ended.release.end == .promoted && ended.coverage.counts.sampled == 200)
        // A counter of both releases, as the one that began must not take back what was counted before.
        #expect(try await admin.metric(#"teal_shadow_requests_total{model="digits",state="sampled"}"#) == 400)
        try await expectLaws(admin)
        await gateway.stop()
    }

    @Test("A version that hangs on a request recorded from live traffic is loaded all the same, and tried")
    func hangsOnRecorded() async throws {
        let repository = try Self.repository("steady")
        try repository.write(
            "slots: {blue: 1, green: 2}\nlive: blue\nrequestTimeout: 500ms\n",
            to: "m/model.yaml"
        )
        try repository.write(try Fixtures.model("hangs"), to: "m/3/model.onnx")
        let gateway = try await GatewayProcess.start(models: repository.path)
        let admin = try AdminCalls(gateway)
        try await self.send([Self.ones], 100, to: gateway)
        #expect(try await admin.settledTrial("m").coverage.counts.paired > 0)
        #expect(
            try await eventually { try await admin.metric(#"teal_captures_total{state="stored"}"#) ?? 0 > 0 }
        )
        _ = try await admin.load(LoadRequest(model: "m", slot: .green, version: 3))
        let green = try #require(try await admin.status("m").slots.first { $0.slot == .green })
        #expect(green.state == "ready" && green.version == 3)
        #expect(green.detail?.contains("requests recorded from live traffic: one had no answer in time") == true)
        #expect(gateway.log.contains("not all recorded requests were answered in the warm-up"))
        #expect(try await admin.trial("m").release.candidate.version == 3)
        await gateway.stop()
    }

    @Test("With captures off every request is answered and compared, and its pair counted as dropped")
    func capturesOff() async throws {
        let data = GatewayProcess.temporaryFolder()
        // A key that cannot be opened.
        try FileManager.default.createDirectory(atPath: data + "/captures.key", withIntermediateDirectories: true)
        let gateway = try await GatewayProcess.start(data: data)
        let admin = try AdminCalls(gateway)
        try await self.send(try HeldOutRequests.prepared("digits"), 200, to: gateway)
        let trial = try await admin.settledTrial("digits")
        #expect(trial.coverage.compared > 0)
        #expect(trial.captureProblem?.hasPrefix("cannot use captures.key") == true)
        let paired = Double(trial.coverage.counts.paired)
        #expect(
            try await eventually {
                try await admin.metric(#"teal_captures_dropped_total{reason="unavailable"}"#) == paired
            }
        )
        #expect(try await admin.metric(#"teal_captures_total{state="stored"}"#) == 0)
        #expect(try await admin.metric("teal_captures_failing") == 1)
        await gateway.stop()
    }

    /// What a trial of `candidate` against version 1 shows after all held-out requests.
    private func trial(_ model: String, candidate: Int) async throws -> TrialDocument {
        let gateway = try await GatewayProcess.start()
        let admin = try AdminCalls(gateway)
        if candidate != 2 {
            _ = try await admin.load(LoadRequest(model: model, slot: .green, version: candidate))
        }
        let requests = try HeldOutRequests.prepared(model, limit: 4_000)
        try await self.send(requests, max(2_000, requests.count), rate: 1_000, to: gateway)
        let trial = try await admin.settledTrial(model)
        #expect(trial.coverage.compared > 500)
        try await expectLaws(admin)
        await gateway.stop()
        return trial
    }
}

extension AdminCalls {
    func trial(_ model: String, release: Int64? = nil) async throws -> TrialDocument {
        let client = self.client
        return try await onThread {
            Result { try client.trial(model: model, release: release).decode(TrialDocument.self) }
        }.get()
    }

    /// The newest trial when nothing of it is on its way any more: each pair compared, the books closed.
    func settledTrial(
        _ model: String,
        _ sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> TrialDocument {
        let isSettled = try await eventually {
            let trial = try await self.trial(model)
            let paired = trial.outcomes.candidate.values.reduce(0, +)
            return trial.coverage.counts.pending == 0 && paired == trial.coverage.counts.paired
        }
        #expect(isSettled, sourceLocation: sourceLocation)
        let trial = try await self.trial(model)
        #expect(trial.coverage.counts.isConserved, sourceLocation: sourceLocation)
        return trial
    }
}
