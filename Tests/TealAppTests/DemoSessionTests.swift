import Foundation
import NIOPosix
import ServingCore
import TealApp
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DemoSessionTests {
    /// Tells a short story about `gateway`; returns the exit status and everything that was written.
    private func tell(
        _ gateway: FakeGateway,
        isTerminal: Bool = false,
        models: [String] = ["alpha", "beta"],
        onWrite: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> (status: Int32, text: String, reports: [String]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("teal-demo-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for model in models {
            let place = folder.appendingPathComponent(model)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try #"{"parameters":{"label":7},"inputs":[]}"#
                .write(to: place.appendingPathComponent("heldout.jsonl"), atomically: true, encoding: .utf8)
        }
        var plan = DemoPlan()
        plan.models = folder.path
        plan.reports = folder.appendingPathComponent("reports").path
        plan.patience = 2
        plan.cutoverSeconds = 0.5
        plan.rate = 400
        plan.connections = 2
        let written = Recorder()
        let console = DemoConsole(isTerminal: isTerminal) { text in
            written.add(text)
            onWrite(text)
        }
        let session = DemoSession(plan: plan, console: console)
        let group = MultiThreadedEventLoopGroup.singleton
        return try await SlotServer.with(on: group) {
            gateway.behaviour($0)
        } _: { server in
            gateway.serve(with: server)
            let status = await session.run(gateway)
            let reports = (try? FileManager.default.contentsOfDirectory(atPath: plan.reports)) ?? []
            return (status, written.text, reports.sorted())
        }
    }

    @Test("when all goes well it says so and exits 0, having flipped every model under load")
    func success() async throws {
        let (status, text, reports) = try await self.tell(FakeGateway())
        #expect(status == 0, "\(text)")
        #expect(text.contains("22 of 22, 22 drained"))
        #expect(text.contains("acknowledged by all event loops: median 0.25 ms, longest 0.25 ms"))
        #expect(text.contains("answers from a drained generation: 0"))
        #expect(text.contains("holds  one = one"))
        #expect(text.hasSuffix("All went well.\n"))
        for model in ["alpha", "beta"] {
            #expect(text.contains("  \(model): promote version 2 (beside version 1)"))
            #expect(text.contains("  \(model): reject version 3 (beside version 2)"))
            #expect(text.contains("teal promote \(model): the gate says no"))
            #expect(text.contains("/reports/\(model)-version-3-reject.html"))
        }
        #expect(text.contains("    C2 errors: as the sample says"))
        #expect(
            reports == ["alpha", "beta"].flatMap { ["\($0)-version-2-promote.html", "\($0)-version-3-reject.html"] }
        )
        for slot in ["alpha  blue ", "alpha  green", "beta   blue ", "beta   green"] { #expect(text.contains(slot)) }
        // The stated accuracy and the one seen, for the slot that is always right.
        #expect(text.contains("100.0 %  100.0 %"))
    }

    @Test("answers from a generation that was drained are found, and it exits 1")
    func stale() async throws {
        let gateway = FakeGateway()
        gateway.answerFromOldGeneration()
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains("answers came from a drained generation"))
        #expect(text.contains("answers came from another slot than their generation's"))
    }

    @Test("failed requests are counted with the first reason, and it exits 1")
    func failures() async throws {
        let gateway = FakeGateway()
        gateway.refuseRequests()
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains(" requests failed, the first: alpha: status 503"))
    }

    @Test("a good candidate that the gate does not promote is never cut over to, and it exits 1")
    func held() async throws {
        let gateway = FakeGateway()
        gateway.decide(.hold, about: 2)
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains("FAILED: the gate says hold about version 2 of alpha, expected was promote: C2 errors"))
        #expect(!text.contains("cutovers under load"))
    }

    @Test("a broken candidate that the gate lets through is named, and it exits 1")
    func letThrough() async throws {
        let gateway = FakeGateway()
        gateway.decide(.promote, about: 3)
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains("FAILED: the gate says promote about version 3 of beta, expected was reject"))
    }

    @Test("a promotion that a rejection does not stop is named, and it exits 1")
    func notGuarded() async throws {
        let gateway = FakeGateway()
        gateway.openGate()
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains("FAILED: version 3 of alpha was rejected and could be promoted all the same"))
    }

    @Test("labels are told by the ids of the requests; when they cannot be, it says why and exits 1")
    func labels() async throws {
        let gateway = FakeGateway()
        // Long enough for labels, which come a second after the answers.
        gateway.decide(.hold, about: 2)
        gateway.refuseLabels()
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(gateway.labels.contains("request-1"))
        #expect(text.contains("FAILED: labels of alpha could not be told"))
        #expect(text.contains("the disk is full"))
    }

    @Test("a gateway that cannot start is reported, and it exits 1")
    func startFails() async throws {
        let gateway = FakeGateway()
        gateway.failToStart()
        let (status, text, _) = try await self.tell(gateway)
        #expect(status == 1)
        #expect(text.contains("the gateway stopped"))
    }

    @Test("a model without held-out data is named, and it exits 1")
    func missingData() async throws {
        let (status, text, _) = try await self.tell(FakeGateway(), models: ["alpha"])
        #expect(status == 1)
        #expect(text.contains("beta/heldout.jsonl cannot be used"))
        #expect(text.contains("11 of 11"))
    }

    @Test("on a terminal it stays up after the story until the gateway is stopped, with something to try")
    func terminal() async throws {
        let gateway = FakeGateway()
        let (status, text, _) = try await self.tell(gateway, isTerminal: true) { text in
            // The person presses Ctrl-C when they have read this.
            if text.contains("until Ctrl-C") { Task { await gateway.shutDown() } }
        }
        #expect(status == 0, "\(text)")
        #expect(text.contains("/v2/models/alpha/infer"))
        #expect(text.contains("teal promote alpha"))
        #expect(text.contains("/ui/models/alpha"))
    }

    @Test("stopped in the middle of the story, it ends early and exits 1")
    func interrupted() async throws {
        let gateway = FakeGateway()
        let (status, text, _) = try await self.tell(gateway) { text in
            if text.contains("as traffic") { Task { await gateway.shutDown() } }
        }
        #expect(status == 1)
        #expect(text.contains("stopped before the end"))
        #expect(!text.contains("All went well"))
    }
}
