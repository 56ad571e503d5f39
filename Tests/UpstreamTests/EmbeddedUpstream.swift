import NIOCore
import NIOEmbedded
import ServingCore
import Testing
import Upstream

/// A backend on a loop whose clock the test sets, with servers that are the test itself.
final class EmbeddedUpstream {
    let loop = EmbeddedEventLoop()
    let connector: EmbeddedConnector
    let backend: Backend
    private(set) var upstream: LoopBackend?
    let route: UpstreamRoute
    let names: FakeNames

    static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    static let broken = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"

    init(
        endpoints: Int = 1,
        method: UpstreamRoute.Method = .post,
        addresses: [String] = ["127.0.0.1"],
        configure: (inout BackendConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = BackendConfiguration(
            kind: .openInference,
            endpoints: (0..<endpoints).compactMap { BackendEndpoint("http://127.0.0.1:\(8_000 + $0)") }
        )
        configure(&configuration)
        self.connector = EmbeddedConnector(self.loop)
        self.names = FakeNames(addresses)
        self.backend = try Backend(configuration, self.names.resolver)
        self.upstream = LoopBackend(self.backend, on: self.loop, seed: 1, connector: self.connector)
        self.route = try #require(UpstreamRoute(method, path: "/infer", configuration: configuration))
    }

    deinit {
        self.upstream = nil
        self.loop.run()
    }

    func letGo() { self.upstream = nil }

    var counters: UpstreamCounters { self.upstream?.counters ?? UpstreamCounters() }

    /// Sends one request; nil for the call when it has failed already.
    @discardableResult
    func send(
        _ body: String = "hi",
        isIdempotent: Bool = false,
        deadline: NIODeadline = .distantFuture
    ) -> (exchange: RecordedExchange, call: UpstreamCall?) {
        let exchange = RecordedExchange()
        var request = UpstreamRequest(self.route, body: ByteBuffer(string: body), isIdempotent: isIdempotent)
        request.deadline = deadline
        return (exchange, self.upstream?.send(request, to: exchange, now: self.loop.now))
    }

    /// What was written to a connection since last asked.
    func written(_ index: Int) throws -> String {
        var text = ""
        while let bytes = try self.connector.channels[index].readOutbound(as: ByteBuffer.self) {
            text += String(buffer: bytes)
        }
        return text
    }

    /// Bytes come from the server.
    func serve(_ index: Int, _ text: String) throws {
        let channel = self.connector.channels[index]
        guard channel.isActive else { return }
        try channel.writeInbound(ByteBuffer(string: text))
        self.loop.run()
    }

    /// The server closes.
    func close(_ index: Int) {
        self.connector.channels[index].close(promise: nil)
        self.loop.run()
    }

    func isOpen(_ index: Int) -> Bool { self.connector.channels[index].isActive }

    func wait(_ amount: TimeAmount) { self.loop.advanceTime(by: amount) }

    /// The law of the counters, and whether all connections are accounted for.
    func violations() -> [String] {
        guard let upstream = self.upstream else { return [] }
        var wrong: [String] = []
        let counters = upstream.counters
        let ended = counters.answered + counters.cancelled + counters.failures
        if counters.requests != ended + UInt64(upstream.activeCount) { wrong.append("requests: \(counters)") }
        let open = self.connector.channels.count { $0.isActive }
        if upstream.connectionCount < open { wrong.append("\(open) open, \(upstream.connectionCount) counted") }
        if upstream.activeCount == 0, upstream.connectionCount != upstream.idleConnectionCount {
            wrong.append("connections in use by nobody")
        }
        return wrong
    }
}
