import Admin
import NIOCore
import NIOPosix
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AdminClientTests {
    @Test("each operation reaches its route and its answer can be decoded")
    func operations() async throws {
        try await AdminFixture.run(token: "t") { admin in
            _ = try await admin.store.commit(.sample(.sample(revision: 1)))
            let context = ActionContext(actor: "ada@lab", reason: "r", expectedRevision: 12, idempotencyKey: "k")
            try await admin.client(token: "t") { client in
                #expect(try client.models().decode(ModelsDocument.self).models == [.sample()])
                #expect(try client.model("digits").decode(ModelStatus.self) == .sample())
                #expect(
                    try client.audit(AuditQuery(model: "digits", before: 9)).decode(AuditDocument.self).entries.count
                        == 1
                )
                let load = LoadRequest(model: "digits", slot: .green, source: "digits", version: 2, waits: false)
                #expect(try client.load(load, context).status == 202)
                _ = try client.unload(model: "digits", slot: .green, context)
                _ = try client.promote(model: "digits", context)
                _ = try client.rollback(model: "digits", context)
                _ = try client.setTraffic(TrafficChange(shadow: 0.25, noise: 0), model: "digits", context)
                _ = try client.setTraffic(TrafficChange(resets: true), model: "digits", context)
            }
            let load = LoadRequest(model: "digits", slot: .green, source: "digits", version: 2, waits: false)
            #expect(
                await admin.control.calls == [
                    .load(load, context), .unload("digits", .green, context), .promote("digits", context),
                    .rollback("digits", context),
                    .traffic("digits", TrafficChange(shadow: 0.25, noise: 0), context),
                    .traffic("digits", TrafficChange(resets: true), context),
                ]
            )
        }
    }

    @Test("each action carries an idempotency key of its own when none is given")
    func keys() async throws {
        try await AdminFixture.run { admin in
            try await admin.client { client in
                for _ in 0..<2 { _ = try client.promote(model: "digits", ActionContext(actor: "a")) }
            }
            let keys = await admin.control.calls.compactMap { call in
                if case .promote(_, let context) = call { context.idempotencyKey } else { nil }
            }
            #expect(keys.count == 2 && Set(keys).count == 2)
        }
    }

    @Test("an error answer becomes one printable line")
    func errors() async throws {
        try await AdminFixture.run { admin in
            let failure = ControlError(
                .contractBroken,
                "green breaks\nthe contract",
                currentRevision: 14,
                details: ["output 'label' is missing", "\u{1B}[31mred"]
            )
            await admin.control.fail(with: failure)
            let error = await #expect(throws: AdminClientError.self) {
                try await admin.client { client in
                    try client.promote(model: "digits", ActionContext(actor: "a"))
                }
            }
            #expect(error?.code == "contract_broken" && error?.currentRevision == 14)
            let line = "green breaks the contract: output 'label' is missing; [31mred (now at revision 14)"
            #expect(error?.description == line)
        }
    }

    @Test("a gateway that does not run is said so, with its address")
    func refused() async throws {
        let socket = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(socket.localAddress?.port)
        try await socket.close()
        let client = try AdminClient(address: "127.0.0.1:\(port)")
        let error = #expect(throws: AdminClientError.self) { try client.models() }
        let reach = "cannot reach the admin API at http://127.0.0.1:\(port)"
        #expect(error?.description == "\(reach): connection refused; is `teal serve` running?")
    }

    @Test("a peer that hangs up or is silent gets a sentence, not a crash")
    func badPeers() async throws {
        let hangsUp = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in channel.close() }
            .bind(host: "127.0.0.1", port: 0).get()
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        for channel in [hangsUp, silent] {
            let port = try #require(channel.localAddress?.port)
            let client = try AdminClient(address: "http://127.0.0.1:\(port)/", timeout: .milliseconds(200))
            let error = #expect(throws: AdminClientError.self) {
                try client.promote(model: "digits", ActionContext(actor: "a"))
            }
            #expect(error?.description.contains("`teal audit` shows what was done") == true)
            try await channel.close()
        }
    }

    @Test(
        "an address that is none is refused",
        arguments: ["", "ftp://x", "http://", "http://a b", "http://h:99999", "http://h/p"]
    )
    func addresses(_ address: String) {
        #expect(throws: AdminClientError.self) { try AdminClient(address: address) }
    }

    @Test("a name that is none never leaves this machine", arguments: ["", "../x", "A", "a/b", "a?b"])
    func names(_ name: String) throws {
        let client = try AdminClient(address: "127.0.0.1:1")
        let error = #expect(throws: AdminClientError.self) { try client.model(name) }
        #expect(error?.description.contains("is no model name") == true)
    }
}
