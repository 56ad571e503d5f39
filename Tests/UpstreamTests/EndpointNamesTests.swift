import NIOCore
import ServingCore
import Testing
import Upstream

@Suite("Names of endpoints")
struct EndpointNamesTests {
    private func upstream(_ endpoint: String = "http://server.test:8000") throws -> EmbeddedUpstream {
        try EmbeddedUpstream(addresses: ["127.0.0.1"]) {
            $0.endpoints = [BackendEndpoint(endpoint)].compactMap { $0 }
            $0.breaker.failures = 1_000
        }
    }

    /// Opens a connection.
    private func ask(_ upstream: EmbeddedUpstream) throws {
        let (exchange, _) = upstream.send()
        let index = upstream.connector.channels.count - 1
        try upstream.serve(index, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        #expect(exchange.ends == 1)
    }

    @Test("a server that moved is found once it cannot be connected to any more, though not at each try")
    func moved() throws {
        let upstream = try self.upstream()
        try self.ask(upstream)
        upstream.wait(.seconds(6))
        upstream.names.set(["127.0.0.2"])
        upstream.connector.refusing = [try SocketAddress(ipAddress: "127.0.0.1", port: 8_000)]
        let before = upstream.names.asked
        #expect(upstream.send().exchange.events == [.failed(.connectFailed)])
        #expect(upstream.names.asked == before + 1)
        try self.ask(upstream)
        #expect(upstream.connector.addresses.map(\.ipAddress) == ["127.0.0.1", "127.0.0.1", "127.0.0.2"])
        upstream.connector.refusing.append(try SocketAddress(ipAddress: "127.0.0.2", port: 8_000))
        for _ in 0..<20 { upstream.send() }
        #expect(upstream.names.asked == before + 1)
    }

    @Test("names are looked up twice a minute while connections are opened, and not by those that are kept")
    func rarely() throws {
        let upstream = try self.upstream()
        try self.ask(upstream)
        let before = upstream.names.asked
        for _ in 0..<120 {
            upstream.wait(.seconds(1))
            try self.ask(upstream)
        }
        #expect(upstream.names.asked == before + 4)
        upstream.send()
        for _ in 0..<120 {
            try upstream.serve(upstream.connector.channels.count - 1, EmbeddedUpstream.ok)
            upstream.wait(.seconds(1))
            upstream.send()
        }
        #expect(upstream.names.asked == before + 4)
    }

    @Test(
        "a name that is not found any more keeps its addresses, and the one in use is kept as long as the name has it"
    )
    func kept() throws {
        let upstream = try self.upstream()
        try self.ask(upstream)
        for addresses in [[], ["127.0.0.2", "127.0.0.1"], ["127.0.0.2"], []] {
            upstream.names.set(addresses)
            upstream.wait(.seconds(31))
            try self.ask(upstream)
            try self.ask(upstream)
        }
        #expect(
            upstream.connector.addresses.suffix(8).map(\.ipAddress) == [
                "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.2",
            ]
        )
    }

    @Test("an address is not looked up", arguments: ["http://127.0.0.1:8000", "http://[::1]:8000"])
    func numeric(endpoint: String) throws {
        let upstream = try self.upstream(endpoint)
        try self.ask(upstream)
        upstream.wait(.seconds(60))
        try self.ask(upstream)
        #expect(upstream.names.asked == 1)
    }
}
