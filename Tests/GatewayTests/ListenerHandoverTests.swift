import Gateway
import HTTPOracle
import Logging
import NIOCore
import NIOPosix
import Routing
import Synchronization
import Telemetry
import Testing

@Suite("A listening socket goes from one server to another", .timeLimit(.minutes(1)))
struct ListenerHandoverTests {
    /// Runs `body` with a second server on the socket of `first`, which does not accept yet.
    private func withSuccessor(of first: LiveGateway, _ body: (GatewayServer) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let socket = try #require(await first.server.listener())
        let second = try await GatewayServer.start(
            host: "127.0.0.1",
            port: 0,
            inherited: socket,
            accepts: false,
            group: group,
            publisher: try await RoutingPublisher(group: group),
            options: GatewayOptions(version: "second", control: NoControl()),
            logger: Self.quiet
        )
        try await body(second)
        await second.shutDown(limit: .seconds(10), logger: Self.quiet)
        try await group.shutdownGracefully()
    }

    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("connections that nobody accepts meanwhile wait for the other")
    func queued() async throws {
        try await LiveGateway.with(try TestModel.load()) { first in
            try await self.withSuccessor(of: first) { second in
                #expect(second.port == first.server.port)
                await first.server.stopAccepting()
                let client = try await first.connect()
                try await client.send(Requests.get("/v2"))
                try await second.accept()
                #expect(try await client.receive(1).first?.body.contains("\"second\"") == true)
                try await client.close()
            }
        }
    }

    /// A server with several loops, so that what one of them accepts is served by another.
    private func server(on group: MultiThreadedEventLoopGroup, inherited: CInt?) async throws -> GatewayServer {
        try await GatewayServer.start(
            host: "127.0.0.1",
            port: 0,
            inherited: inherited,
            group: group,
            publisher: try await RoutingPublisher(group: group),
            options: GatewayOptions(version: "1", control: NoControl()),
            logger: Self.quiet
        )
    }

    @Test("every connection that is made while it goes from one to the next is answered")
    func chain() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 4)
        var server = try await self.server(on: group, inherited: nil)
        let port = server.port
        let isOver = Flag()
        try await withThrowingTaskGroup(of: Void.self) { clients in
            for _ in 0..<4 {
                clients.addTask {
                    while !isOver.isSet {
                        let client = try await LiveConnection(port: port)
                        try await client.send(Requests.get("/v2", "Connection: close"))
                        let statuses = try await client.receive(1).statuses
                        #expect(statuses == [200])
                        try await client.close()
                    }
                }
            }
            for _ in 0..<50 {
                let socket = try #require(await server.listener())
                let next = try await self.server(on: group, inherited: socket)
                await server.shutDown(limit: .seconds(10), patience: .seconds(10), logger: Self.quiet)
                server = next
            }
            isOver.set()
            try await clients.waitForAll()
        }
        await server.shutDown(limit: .seconds(10), logger: Self.quiet)
        try await group.shutdownGracefully()
    }

    @Test("the server that goes answers the next request of a kept connection, and says that it is the last")
    func kept() async throws {
        try await LiveGateway.with(try TestModel.load()) { first in
            let used = try await first.connect()
            try await used.send(Requests.live)
            #expect(try await used.receive(1).first?.closes == false)
            // Accepted, and nothing asked yet.
            let silent = try await first.connect()
            _ = try await first.metrics { $0.connectionsOpened == 2 }
            async let stopped: Void = first.server.shutDown(
                limit: .seconds(10),
                patience: .seconds(10),
                logger: Self.quiet
            )
            await first.server.waitUntilClosed()
            for client in [used, silent] {
                var isLast = false
                // The connections hear of it a moment after the listener is closed.
                while !isLast {
                    try await client.send(Requests.live)
                    let answers = try await client.receive(1)
                    try #require(answers.statuses == [200])
                    isLast = answers.first?.closes == true
                }
                #expect(try await client.receive(1).isEmpty)
                try await client.close()
            }
            await stopped
        }
    }

    @Test("and closes those that bring none in time")
    func idle() async throws {
        try await LiveGateway.with(try TestModel.load()) { first in
            let idle = try await first.connect()
            try await idle.send(Requests.live)
            #expect(try await idle.receive(1).statuses == [200])
            await first.server.shutDown(limit: .seconds(10), patience: .milliseconds(20), logger: Self.quiet)
            #expect(try await idle.receive(1).isEmpty)
            try await idle.close()
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { self.value.load(ordering: .relaxed) }

    func set() { self.value.store(true, ordering: .relaxed) }
}
