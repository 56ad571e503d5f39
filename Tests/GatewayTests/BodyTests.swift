import Gateway
import HTTP1
import HTTPOracle
import NIOCore
import NIOEmbedded
import ServingCore
import Telemetry
import TestSupport
import Testing

@Suite("Request bodies")
struct BodyTests {
    private static var small: HTTPLimits {
        var limits = HTTPLimits()
        limits.bodyBytes = 200
        return limits
    }

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
    }

    @Test("100 Continue is sent once, before the body")
    func continues() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let body = Requests.body(5)
        try client.send(Self.post("Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n"))
        #expect(try client.written() == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try client.exchange(body).statuses == [200])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a client of HTTP/1.0 does not know 100 Continue and gets none")
    func continuesNotHTTP10() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(
            try client.exchange(Requests.infer(1, version: "1.0", "Expect: 100-continue")).statuses == [200]
        )
        #expect(gateway.violations() == [])
    }

    @Test("a body that is refused by its head is never asked for, and never read as a request")
    func refusedExpectation() throws {
        let gateway = try EmbeddedGateway.serving(Self.small)
        let client = try gateway.connect()
        let responses = try client.exchange(
            Self.post("Expect: 100-continue\r\nContent-Length: 201\r\n", Requests.live + Requests.live)
        )
        #expect(responses.statuses == [413])
        #expect(responses.last?.closes == true)
        #expect(client.socket.isOutputClosed)
        gateway.pass(.seconds(2))
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("an unknown expectation is 417")
    func unknownExpectation() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(try client.exchange(Requests.infer(1, "Expect: 200-maybe")).statuses == [417])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a length above the limit is 413 before any of the body has come")
    func declared() throws {
        let gateway = try EmbeddedGateway.serving(Self.small)
        let client = try gateway.connect()
        #expect(try client.exchange(Self.post("Content-Length: 201\r\n")).statuses == [413])
        #expect(client.socket.isOutputClosed)
        #expect(try client.exchange(String(repeating: "x", count: 150)).isEmpty)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a streamed body is 413 with the byte that goes over the limit, and what follows is thrown away")
    func streamed() throws {
        let gateway = try EmbeddedGateway.serving(Self.small)
        let client = try gateway.connect()
        try client.send(Self.post("Transfer-Encoding: chunked\r\n"))
        for _ in 0..<2 { #expect(try client.exchange("64\r\n\(String(repeating: "x", count: 100))\r\n").isEmpty) }
        #expect(try client.exchange("1\r\nx\r\n").statuses == [413])
        #expect(try client.exchange("1\r\nx\r\n0\r\n\r\n" + Requests.live).isEmpty)
        gateway.pass(.seconds(2))
        #expect(!client.channel.isActive)
        #expect(gateway.metrics.accepted == 1)
        #expect(gateway.violations() == [])
    }

    @Test("a body of exactly the limit is taken, whether its length is declared or not")
    func exact() throws {
        let gateway = try EmbeddedGateway.serving(Self.small)
        let client = try gateway.connect()
        let body = Requests.body(5).padding(to: 200)
        #expect(try client.exchange(Self.post("Content-Length: 200\r\n", body)).statuses == [200])
        #expect(
            try client.exchange(Self.post("Transfer-Encoding: chunked\r\n", "c8\r\n\(body)\r\n0\r\n\r\n")).statuses == [
                200
            ]
        )
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a refused request is read to its end, so that the connection can go on")
    func refusedIsRead() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(
            try client.exchange(Requests.infer(1, "Content-Encoding: gzip") + Requests.infer(2)).statuses == [415, 200]
        )
        #expect(!client.isEnded)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a broken chunk ends the request with one 400 and the connection")
    func brokenChunk() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange(
            Self.post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\nxyz\r\n\r\n") + Requests.live
        )
        #expect(responses.statuses == [400])
        #expect(client.socket.isOutputClosed)
        #expect(gateway.metrics.accepted == 1)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a client that goes away in the middle of a body is counted as gone")
    func abandoned() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        try client.send(String(Requests.infer(1).dropLast(3)))
        try client.hangUp()
        #expect(gateway.metrics.aborted == 1)
        #expect(gateway.violations() == [])
    }

    @Test("however the bytes are cut, the answers are the same", arguments: UInt64(1)...25)
    func cuts(seed: UInt64) throws {
        let gateway = try EmbeddedGateway.serving(Self.small)
        let body = Requests.body(3)
        let input = Array(
            (Requests.infer(1) + Requests.live + Requests.infer(2, "Expect: 100-continue")
                + Self.post(
                    "Transfer-Encoding: chunked\r\n",
                    "\(String(body.utf8.count, radix: 16));a=b\r\n\(body)\r\n0\r\nT: x\r\n\r\n"
                )
                + Requests.infer(4, path: "/v2/models/none/infer") + Requests.get("/v2/models/m")
                + Self.post("Content-Length: 4\r\n", "{\"a\"") + Requests.live
                + (seed % 2 == 0 ? "broken\r\n\r\n" : Self.post("Content-Length: 999\r\n", "xyz")) + Requests.live).utf8
        )
        let whole = try self.feed([input], to: gateway)
        #expect(whole.filter { $0.status != 100 }.count == 9)
        var random = SeededRandom(seed: seed)
        var cuts = Set(
            (0..<Int.random(in: 1...60, using: &random)).map { _ in Int.random(in: 0...input.count, using: &random) }
        )
        cuts.formUnion([0, input.count])
        let edges = cuts.sorted()
        let pieces = zip(edges, edges.dropFirst()).map { Array(input[$0..<$1]) }
        #expect(try self.feed(pieces, to: gateway) == whole)
        #expect(gateway.violations() == [])
    }

    private func feed(_ pieces: [[UInt8]], to gateway: EmbeddedGateway) throws -> [Response] {
        let client = try gateway.connect()
        for piece in pieces { try client.send(ByteBuffer(bytes: piece)) }
        let responses = try client.responses()
        #expect(client.isEnded)
        try client.hangUp()
        return responses
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String { self + String(repeating: " ", count: count - self.utf8.count) }
}
