import Gateway
import HTTP1
import HTTPOracle
import Logging
import NIOCore
import NIOPosix
import Routing
import Telemetry
import Testing

@Suite("GatewayServer", .timeLimit(.minutes(1)))
struct GatewayServerTests {
    @Test("a connection too many is closed and counted, and one that leaves makes room")
    func admission() async throws {
        var limits = HTTPLimits()
        limits.connectionsPerAddress = 1
        try await LiveGateway.with(try TestModel.load(), limits: limits) { gateway in
            let first = try await gateway.connect()
            try await first.send(Requests.live)
            #expect(try await first.receive(1).statuses == [200])
            let second = try await gateway.connect()
            #expect(try await second.receive(1).isEmpty)
            let metrics = try await gateway.metrics { _ in true }
            #expect(metrics.rejections[Int(ConnectionRejection.tooManyFromAddress.rawValue)] == 1)
            try await first.close()
            _ = try await gateway.metrics { $0.connectionsClosed == 1 }
            let third = try await gateway.connect()
            try await third.send(Requests.live)
            #expect(try await third.receive(1).statuses == [200])
            try await third.close()
        }
    }

    @Test("an error reaches a client that is still sending")
    func errorWhileSending() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1_000
        try await LiveGateway.with(try TestModel.load(), limits: limits) { gateway in
            let client = try await gateway.connect()
            try await client.send("POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n"
            for _ in 0..<64 { try await client.send(chunk) }
            #expect(try await client.receive(1).statuses == [413])
            try await client.close()
        }
    }

    @Test("a port that is taken is told with the flag that changes it")
    func portTaken() async throws {
        try await LiveGateway.with(try TestModel.load()) { gateway in
            let port = gateway.server.port
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let publisher = try await RoutingPublisher(group: group)
            let error = await #expect(throws: ListenError.self) {
                _ = try await GatewayServer.start(
                    host: "127.0.0.1",
                    port: port,
                    group: group,
                    publisher: publisher,
                    options: GatewayOptions(version: "1", control: NoControl()),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            }
            #expect(error?.description.contains("port \(port)") == true)
            #expect(error?.description.contains("--http-port") == true)
            try await group.shutdownGracefully()
        }
    }
}
