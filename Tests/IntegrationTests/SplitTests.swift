import Admin
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Gradual exposure by the real binary", .timeLimit(.minutes(5)))
struct SplitTests {
    private static let clients = (0..<300).map { "user-\($0)" }

    /// Which slot answers each client.
    private func sides(_ gateway: GatewayProcess, _ body: String) async throws -> [String: String] {
        let client = try AdminClient(address: "http://127.0.0.1:\(gateway.httpPort)")
        let names = Self.clients
        return try await onThread {
            Result {
                try names.reduce(into: [:]) { sides, name in
                    let answer = try client.send(
                        "POST",
                        "/v2/models/digits/infer",
                        body: body,
                        headers: ["x-user": name]
                    )
                    #expect(answer.status == 200)
                    sides[name] = answer.headers["teal-slot"]
                }
            }
        }.get()
    }

    private func split(_ admin: AdminCalls, _ change: SplitChange) async throws -> ActionReply {
        let client = admin.client
        return try await onThread {
            Result {
                try client.setTraffic(TrafficChange(split: change), model: "digits", AdminCalls.context)
                    .decode(ActionReply.self)
            }
        }.get()
    }

    private func requests(_ admin: AdminCalls, _ side: String) async throws -> Double? {
        try await admin.metric(#"teal_split_requests_total{model="digits",side="\#(side)"}"#)
    }

    @Test("clients who get the candidate at 5 % keep it at 20 %; both answer; a promotion ends the split")
    func exposure() async throws {
        let gateway = try await GatewayProcess.start()
        let admin = try AdminCalls(gateway)
        let body = String(try #require(try HeldOutRequests.lines("digits").first))
        #expect(Set(try await self.sides(gateway, body).values) == ["blue"])

        var reply = try await self.split(admin, SplitChange(share: 0.05, key: .header("x-user")))
        let seed = reply.status.split.seed
        let few = try await self.sides(gateway, body).filter { $0.value == "green" }.keys
        #expect(Set(few) == Set(Self.clients.filter { SplitBucket(key: $0, seed: seed).isCandidate(share: 0.05) }))
        #expect((5...30).contains(few.count))
        #expect(try await self.requests(admin, "candidate") == Double(few.count))
        #expect(try await self.requests(admin, "live") == Double(Self.clients.count - few.count))

        reply = try await self.split(admin, SplitChange(share: 0.2))
        #expect(reply.status.split.seed == seed)
        let more = try await self.sides(gateway, body).filter { $0.value == "green" }.keys
        #expect(Set(more).isSuperset(of: few) && (35...90).contains(more.count))
        // Of this configuration alone.
        #expect(try await self.requests(admin, "candidate") == Double(more.count))
        #expect(try await admin.metric(#"teal_split_clients{model="digits",side="candidate"}"#) == Double(more.count))
        let trial = try await admin.settledTrial("digits")
        let live = 3 * Self.clients.count - few.count - more.count
        #expect(trial.coverage.counts.sampled == UInt64(live))

        let promoted = try await admin.promote("digits")
        #expect(promoted.status.split.share == 0)
        #expect(Set(try await self.sides(gateway, body).values) == ["green"])
        #expect(try await self.requests(admin, "candidate") == nil)
        let rows = try await admin.audit("digits")
        #expect(rows.first?.detail?.hasSuffix("; split 0.2 -> 0.0") == true)
        #expect(rows.dropFirst().first?.detail?.contains("0.05 by header:x-user") == true)
        try await expectLaws(admin)
        await gateway.stop()
    }
}
