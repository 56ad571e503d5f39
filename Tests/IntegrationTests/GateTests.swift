import Admin
import Foundation
import LoadGenerator
import NIOCore
import NIOPosix
import Promotion
import ServingCore
import TealApp
import TestSupport
import Testing
import Trials

/// What a person will read of this: how much traffic a decision takes, on the held-out data of the bundled models.
@Suite("The gate of the real binary on the bundled held-out data", .serialized, .timeLimit(.minutes(3)))
struct GateTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var model: String
        var live: Int
        var candidate: Int
        var mode = GatePolicy.Mode.noninferiority
        var decision: Verdict.Decision
        /// Checks of which one must be the reason for a rejection.
        var culprits: Set<GateCheck> = []

        var testDescription: String {
            "\(self.model) \(self.candidate) beside \(self.live), \(self.mode.rawValue): \(self.decision.rawValue)"
        }
    }

    private static let cases = [
        Case(model: "digits", live: 1, candidate: 2, decision: .promote),
        Case(model: "sentiment", live: 1, candidate: 2, decision: .promote),
        Case(model: "digits", live: 2, candidate: 3, decision: .reject, culprits: [.quality, .segments]),
        Case(model: "sentiment", live: 2, candidate: 3, decision: .reject, culprits: [.quality, .segments]),
        Case(model: "digits", live: 1, candidate: 1, mode: .equivalence, decision: .promote),
        Case(model: "sentiment", live: 1, candidate: 1, mode: .equivalence, decision: .promote),
    ]

    @Test("decides as it must, and a promotion goes the same way", arguments: cases)
    func decides(_ one: Case) async throws {
        let repository = try Self.repository(one)
        let gateway = try await GatewayProcess.start(models: repository.path)
        let admin = try AdminCalls(gateway)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let traffic = try LabelledTraffic(
            model: one.model,
            data: HeldOutData(HeldOutRequests.lines(one.model).joined(separator: "\n")),
            target: SocketAddress(ipAddress: "127.0.0.1", port: gateway.httpPort),
            rate: 600,
            connections: 8,
            timeout: .seconds(60),
            on: group
        )
        let start = ContinuousClock.now
        traffic.start()
        let given = try await Self.whileLabelling(traffic, one.mode, admin) {
            try await admin.decision(on: one.model, within: .seconds(100))
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        traffic.stop()
        let report = await traffic.report()
        try await group.shutdownGracefully()

        let verdict = given.verdict
        let labels = verdict.checks.first { $0.check == .quality }?.count ?? 0
        print("gate: \(one.testDescription): \(verdict.inputs.pairs) pairs, \(labels) labels, \(seconds) s")
        #expect(given.decision == one.decision, "\(verdict.reasons.joined(separator: "; "))")
        #expect(verdict.mode == one.mode)
        let failed = verdict.checks.filter { $0.enforcement == .block && $0.state == .fail }.map(\.check)
        #expect(one.culprits.isEmpty ? failed.isEmpty : !one.culprits.isDisjoint(with: failed))
        #expect(report.failed == 0, "\(report.failureTexts.joined(separator: "; "))")
        #expect(report.isConserved)
        if one.decision == .promote {
            #expect(try await admin.promoteUnforced(one.model).status.live == .green)
        } else {
            await #expect(throws: AdminClientError.self) { try await admin.promoteUnforced(one.model) }
            #expect(try await admin.status(one.model).live == .blue)
        }
        try await expectLaws(admin)
        await gateway.stop()
    }

    /// The two versions, with a gate that waits for the evidence alone.
    private static func repository(_ one: Case) throws -> TemporaryRepository {
        let repository = try TemporaryRepository()
        let bundled = URL(fileURLWithPath: GatewayProcess.bundledModels).appendingPathComponent(one.model)
        try repository.write(
            """
            slots: {blue: \(one.live), green: \(one.candidate)}
            live: blue
            warmup: warmup.jsonl
            segments: [{parameter: label}, {parameter: negated}]
            gate: {mode: \(one.mode.rawValue), minimumTime: 1s}

            """,
            to: "\(one.model)/model.yaml"
        )
        for file in ["warmup.jsonl"] + Set([one.live, one.candidate]).map({ "\($0)/model.onnx" }) {
            try repository.write(try Data(contentsOf: bundled.appendingPathComponent(file)), to: "\(one.model)/\(file)")
        }
        return repository
    }

    /// Without labels in `equivalence`, which does not need any.
    private static func whileLabelling(
        _ traffic: LabelledTraffic,
        _ mode: GatePolicy.Mode,
        _ admin: AdminCalls,
        _ body: () async throws -> GateDocument
    ) async throws -> GateDocument {
        guard mode == .noninferiority else { return try await body() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await traffic.tellLabels { try await admin.tell($0, model: traffic.model) } }
            let given = try await body()
            group.cancelAll()
            try await group.waitForAll()
            return given
        }
    }
}

extension AdminCalls {
    /// If the gate says so.
    fileprivate func promoteUnforced(_ model: String) async throws -> ActionReply {
        let client = self.client
        return try await onThread {
            Result { try client.promote(model: model, Self.context).decode(ActionReply.self) }
        }.get()
    }

    /// What the gate says as soon as it is no `hold`, or at the end of `time`.
    fileprivate func decision(on model: String, within time: Duration) async throws -> GateDocument {
        let client = self.client
        let clock = ContinuousClock()
        let end = clock.now + time
        while true {
            let given = try await onThread { Result { try client.gate(model: model).decode(GateDocument.self) } }.get()
            if given.decision != .hold || clock.now >= end { return given }
            try await clock.sleep(for: .milliseconds(200))
        }
    }

    fileprivate func tell(_ feedback: [Feedback], model: String) async throws -> FeedbackReply {
        struct Item: Encodable {
            var id: String
            var label: String
        }
        let items = feedback.compactMap { one in
            if case .label(let label) = one.truth { Item(id: one.requestID, label: label) } else { nil }
        }
        let body = String(decoding: try JSONEncoder().encode(["feedback": items]), as: UTF8.self)
        let client = self.client
        return try await onThread {
            Result { try client.feedback(model: model, body: body).decode(FeedbackReply.self) }
        }.get()
    }
}
