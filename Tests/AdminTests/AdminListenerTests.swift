import Admin
import Foundation
import NIOPosix
import ServiceLifecycle
import ServingCore
import Synchronization
import TestSupport
import Testing

@Suite("The admin API's socket goes from one server to another", .timeLimit(.minutes(1)))
struct AdminListenerTests {
    private func server(_ version: String, on socket: CInt) throws -> (AdminServer, AsyncStream<Int>) {
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = try AdminServer(
            configuration: AdminConfiguration(port: 0),
            inherited: socket,
            control: FakeModelControl(),
            store: InMemoryControlStore(),
            trials: FakeTrialReading(),
            desk: FakeGateDesk(),
            search: .failure(SearchUnavailable("off")),
            info: AdminInfo(version: version, onnxRuntimeVersion: "1", startedAt: 0),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: AdminFixture.quiet,
            metrics: { "" },
            figures: { LiveFigures(at: 0, seconds: 1, models: [:]) },
            readiness: { [] },
            onListening: { continuation.yield($0) }
        )
        return (server, ports)
    }

    private func version(at port: Int) async throws -> String? {
        let answer = try await onThread {
            Result { try AdminClient(address: "http://127.0.0.1:\(port)").send("GET", "/admin/v1/info") }
        }.get()
        #expect(answer.status == 200)
        return ["first", "second"].first { answer.text.contains("\"\($0)\"") }
    }

    @Test("and whoever asks meanwhile is answered by one of them")
    func handedOver() async throws {
        let (first, firstPorts) = try self.server("first", on: try AdminServer.listen(AdminConfiguration(port: 0)))
        let firstGroup = ServiceGroup(configuration: .init(services: [first], logger: AdminFixture.quiet))
        async let firstEnd: Void = firstGroup.run()
        let port = try #require(await firstPorts.first { _ in true })
        #expect(try await self.version(at: port) == "first")

        let (second, secondPorts) = try self.server("second", on: try #require(await first.listeningSocket()))
        let secondGroup = ServiceGroup(configuration: .init(services: [second], logger: AdminFixture.quiet))
        async let secondEnd: Void = secondGroup.run()
        #expect(await secondPorts.first { _ in true } == port)
        async let asked = withThrowingTaskGroup(of: String?.self) { clients in
            for _ in 0..<20 { clients.addTask { try await self.version(at: port) } }
            return try await clients.reduce(into: []) { $0.append($1) }
        }
        await first.retire(patience: .zero)
        #expect(await first.listeningSocket() == nil)
        #expect(try await asked.allSatisfy { $0 != nil })
        #expect(try await self.version(at: port) == "second")

        await firstGroup.triggerGracefulShutdown()
        await secondGroup.triggerGracefulShutdown()
        try await firstEnd
        try await secondEnd
    }

    @Test("and a kept connection hears with its next answer that it was the last")
    func kept() async throws {
        let (server, ports) = try self.server("first", on: try AdminServer.listen(AdminConfiguration(port: 0)))
        let group = ServiceGroup(configuration: .init(services: [server], logger: AdminFixture.quiet))
        async let end: Void = group.run()
        let port = try #require(await ports.first { _ in true })
        let client = try await onThread { Result { try KeptConnection(port: port) } }.get()
        #expect(await onThread { client.ask() }?.contains("Connection: close") == false)
        await server.retire(patience: .seconds(10))
        let last = await onThread { client.ask() }
        #expect(last?.hasPrefix("HTTP/1.1 200") == true)
        #expect(last?.contains("Connection: close") == true)
        #expect(await onThread { client.ask() } == nil)
        await group.triggerGracefulShutdown()
        try await end
    }
}

/// A client that keeps its connection. Blocks.
private final class KeptConnection: Sendable {
    private let socket: CInt

    init(port: Int) throws {
        self.socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(self.socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(self.socket) }

    /// The answer to `GET /livez`; nil when the connection is over.
    func ask() -> String? {
        let request = "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        guard send(self.socket, request, request.utf8.count, CInt(MSG_NOSIGNAL)) > 0 else { return nil }
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while !text.hasSuffix("}") {
            let count = recv(self.socket, &bytes, bytes.count, 0)
            guard count > 0 else { return nil }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        return text
    }
}
