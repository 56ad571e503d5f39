import Gateway
import HTTP1
import HTTPOracle
import NIOCore
import NIOEmbedded
import ServingCore
import Telemetry
import Testing

@Suite("A connection goes on or ends")
struct KeepAliveTests {
    @Test("requests on one connection are answered one after the other, and the connection stays open")
    func keepAlive() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        for value in Int32(1)...3 {
            let responses = try client.exchange(Requests.infer(value))
            #expect(responses.statuses == [200])
            #expect(responses.first?.body.contains("\"data\":[\(value)]") == true)
            #expect(responses.first?.headers["connection"] == nil)
        }
        #expect(!client.isEnded)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("pipelined requests are answered in order")
    func pipelining() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange((1...20).map { Requests.infer(Int32($0)) }.joined())
        #expect(responses.count == 20)
        for (index, response) in responses.enumerated() { #expect(response.body.contains("\"id\":\"\(index + 1)\"")) }
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("the target of one request is not taken for that of the next")
    func targets() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let long = "/" + String(repeating: "a", count: 9_000)
        let paths = ["/v2", "/v2", "/v2/health/live", "/v2/other", "/v2", long, "/v2", "*", long]
        #expect(
            try client.exchange(paths.map { Requests.get($0) }.joined()).statuses
                == [200, 200, 200, 404, 200, 414, 200, 400, 414]
        )
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a request that says close is the last one answered", arguments: [true, false])
    func close(pipelined: Bool) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange(
            Requests.get("/v2", "Connection: close") + (pipelined ? Requests.live : "")
        )
        #expect(responses.statuses == [200])
        #expect(responses.last?.closes == true)
        #expect(!client.channel.isActive)
        #expect(gateway.metrics.accepted == 1)
        #expect(gateway.violations() == [])
    }

    @Test("nothing is answered behind an answer that says close, also while that is still being written")
    func nothingBehindClose() throws {
        var limits = HTTPLimits()
        limits.requestsPerConnection = 2
        let gateway = try EmbeddedGateway.serving(limits)
        let client = try gateway.connect()
        client.socket.takesWrites = false
        try client.send(String(repeating: Requests.live, count: 4))
        #expect(client.channel.isActive)
        try client.send(Requests.live)
        try client.unstall()
        let responses = try client.responses()
        #expect(responses.map(\.closes) == [false, true])
        #expect(!client.channel.isActive)
        #expect(gateway.metrics.accepted == 2)
        #expect(gateway.violations() == [])
    }

    @Test("the connection ends after as many requests as it may have")
    func requestLimit() throws {
        var limits = HTTPLimits()
        limits.requestsPerConnection = 3
        let gateway = try EmbeddedGateway.serving(limits)
        let client = try gateway.connect()
        #expect(try client.exchange(Requests.live).map(\.closes) == [false])
        #expect(try client.exchange(Requests.live).map(\.closes) == [false])
        #expect(try client.exchange(Requests.live).map(\.closes) == [true])
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("HTTP/1.0 closes unless asked to keep alive, and needs no Host")
    func http10() throws {
        let gateway = try EmbeddedGateway.serving()
        let first = try gateway.connect()
        #expect(try first.exchange("GET /v2 HTTP/1.0\r\n\r\n").map(\.closes) == [true])
        #expect(!first.channel.isActive)
        let second = try gateway.connect()
        for _ in 0..<2 {
            let responses = try second.exchange("GET /v2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(responses.statuses == [200])
            #expect(responses.first?.headers["connection"] == "keep-alive")
        }
        try second.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("HEAD is answered like GET, without the body")
    func head() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let get = try client.exchange(Requests.live)
        let head = try client.exchange("HEAD /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.statuses == [200])
        #expect(head.first?.body == "")
        #expect(head.first?.headers == get.first?.headers)
        #expect(try client.exchange(Requests.live) == get)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test(
        "a request that asks for another protocol is answered in this one, and the connection stays",
        arguments: ["Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n", "Upgrade: websocket\r\n"]
    )
    func upgrade(fields: String) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange("GET /v2 HTTP/1.1\r\nHost: a\r\n\(fields)\r\n" + Requests.live)
        #expect(responses.statuses == [200, 200])
        #expect(responses.map(\.closes) == [false, false])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a refused CONNECT is the last request: what follows may be meant for the tunnel")
    func connect() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" + Requests.live)
        #expect(responses.statuses == [400])
        #expect(client.isEnded)
        #expect(gateway.metrics.accepted == 1)
        #expect(gateway.violations() == [])
    }

    @Test("empty lines do not keep a connection open: one is forgiven, the next is 400", arguments: [true, false])
    func emptyLines(together: Bool) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(try client.exchange("\r\n" + Requests.live).statuses == [200])
        for piece in together ? ["\r\n\r\n"] : ["\r", "\n", "\r", "\n"] { try client.send(piece) }
        #expect(try client.responses().statuses == [400])
        #expect(client.isEnded)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a graceful end closes idle connections and lets the others finish their request")
    func graceful() throws {
        let gateway = try EmbeddedGateway.serving()
        let idle = try gateway.connect()
        let reading = try gateway.connect()
        let request = Requests.infer(7)
        try reading.send(String(request.dropLast(5)))
        gateway.workspace.connections.closeGracefully()
        gateway.loop.run()
        #expect(!idle.channel.isActive)
        let responses = try reading.exchange(String(request.suffix(5)))
        #expect(responses.map(\.closes) == [true])
        #expect(responses.statuses == [200])
        #expect(gateway.violations() == [])
    }

    @Test("a gateway that stops is not ready for a kept connection; one that another process follows still is")
    func readinessAtTheEnd() throws {
        let gateway = try EmbeddedGateway.serving()
        let request = Requests.get("/v2/health/ready")
        let ends: [(status: Int, tell: (ConnectionRegistry) -> Void)] = [
            (200, { $0.closeAfterNextAnswers() }), (503, { $0.closeGracefully() }),
        ]
        for (status, tell) in ends {
            let client = try gateway.connect()
            #expect(try client.exchange(request + request.dropLast(5)).statuses == [200])
            tell(gateway.workspace.connections)
            let responses = try client.exchange(String(request.suffix(5)))
            #expect(responses.statuses == [status])
            #expect(responses.map(\.closes) == [true])
        }
        #expect(gateway.violations() == [])
    }

    @Test("a graceful end does not cut off an answer the client has not read yet")
    func gracefulBehindAnswer() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        client.stall()
        try client.unstall()
        client.socket.takesWrites = false
        try client.send(Requests.live)
        gateway.workspace.connections.closeGracefully()
        gateway.workspace.connections.closeGracefully()
        gateway.loop.run()
        #expect(client.channel.isActive)
        try client.unstall()
        #expect(try client.responses().statuses == [200])
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }
}
