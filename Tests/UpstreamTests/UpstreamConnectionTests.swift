import NIOCore
import NIOEmbedded
import ServingCore
import Testing
import Upstream

@Suite("UpstreamConnection")
struct UpstreamConnectionTests {
    @Test("a request is written in one piece, as the endpoint wants it")
    func request() throws {
        let upstream = try EmbeddedUpstream { configuration in
            configuration.endpoints = [BackendEndpoint("http://127.0.0.1:9/pre")].compactMap { $0 }
            configuration.headers = [BackendHeader(name: "Authorization", value: "Bearer x")].compactMap { $0 }
        }
        upstream.send("hello")
        let bytes = try #require(try upstream.connector.channels[0].readOutbound(as: ByteBuffer.self))
        #expect(
            String(buffer: bytes)
                == "POST /pre/infer HTTP/1.1\r\nhost: 127.0.0.1:9\r\nauthorization: Bearer x\r\n"
                + "content-length: 5\r\n\r\nhello"
        )
        #expect(try upstream.written(0) == "")
    }

    @Test("a large body is passed on without being copied")
    func largeBody() throws {
        let upstream = try EmbeddedUpstream()
        let body = String(repeating: "x", count: 100_000)
        upstream.send(body)
        let channel = upstream.connector.channels[0]
        let head = try #require(try channel.readOutbound(as: ByteBuffer.self))
        #expect(String(buffer: head).hasSuffix("content-length: 100000\r\n\r\n"))
        #expect(try channel.readOutbound(as: ByteBuffer.self)?.readableBytes == 100_000)
    }

    @Test("a GET has neither body nor length")
    func get() throws {
        let upstream = try EmbeddedUpstream(method: .get)
        upstream.send("ignored")
        #expect(try upstream.written(0) == "GET /infer HTTP/1.1\r\nhost: 127.0.0.1:8000\r\n\r\n")
    }

    @Test("head, body and end are given in order, and the connection is used again")
    func reuse() throws {
        let upstream = try EmbeddedUpstream()
        for count in 1...3 {
            let (exchange, _) = upstream.send()
            try upstream.serve(0, EmbeddedUpstream.ok)
            #expect(exchange.events == [.head(200), .body("ok"), .end])
            #expect(upstream.counters.connectionsReused == UInt64(count - 1))
        }
        #expect(upstream.connector.channels.count == 1)
        #expect(upstream.violations() == [])
    }

    @Test("what one read brought of an unfinished answer is followed by a word to flush")
    func flush() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n")
        try upstream.serve(0, "1\r\nc\r\n")
        try upstream.serve(0, "0\r\n\r\n")
        #expect(
            exchange.events
                == [.head(200), .body("a"), .body("b"), .flush, .body("c"), .flush, .end]
        )
        #expect(upstream.isOpen(0))
    }

    @Test(
        "a connection is not used again once it cannot be trusted or says so",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ]
    )
    func notReused(answer: String) throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send()
        try upstream.serve(0, answer)
        #expect(exchange.answer == "200 ok")
        #expect(!upstream.isOpen(0))
        #expect(upstream.upstream?.connectionCount == 0)
        upstream.send()
        #expect(upstream.connector.channels.count == 2)
    }

    @Test(
        "an answer with something behind it may be cut, and fails",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n}",
        ]
    )
    func surplus(answer: String) throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send(isIdempotent: true)
        try upstream.serve(0, answer)
        #expect(exchange.events == [.head(200), .body("ok"), .failed(.malformed)])
        #expect(!upstream.isOpen(0))
        #expect(upstream.connector.channels.count == 1)
        #expect(upstream.violations() == [])
    }

    @Test("unless some of it was passed on: then only its connection ends")
    func surplusBehindStream() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, call) = upstream.send()
        exchange.onEvent = { if $0 == .head(200) { call?.passOn() } }
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n")
        #expect(exchange.answer == "200 ok")
        #expect(!upstream.isOpen(0))
        #expect(upstream.violations() == [])
    }

    @Test("bytes that nobody asked for end an idle connection")
    func unsolicited() throws {
        let upstream = try EmbeddedUpstream()
        upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(!upstream.isOpen(0))
        #expect(upstream.counters.unsolicited == 1)
        let (exchange, _) = upstream.send()
        #expect(exchange.events == [])
        #expect(upstream.connector.channels.count == 2)
        #expect(upstream.violations() == [])
    }

    @Test(
        "an answer that is in doubt fails, and its connection ends",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
            "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
            "HTTP/1.1 000 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.1 200 O\rK\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", "SSH-2.0-OpenSSH_9\r\n",
            String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 100),
        ]
    )
    func malformed(answer: String) throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send(isIdempotent: true)
        try upstream.serve(0, answer)
        #expect(exchange.events == [.failed(.malformed)])
        #expect(exchange.failure?.wasSent == true)
        #expect(!upstream.isOpen(0))
        #expect(upstream.connector.channels.count == 1)
        #expect(upstream.violations() == [])
    }

    @Test("a fault in the middle of an answer is told behind what was given")
    func malformedBody() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nx\r\n")
        #expect(exchange.events == [.head(200), .body("a"), .failed(.malformed)])
        #expect(exchange.failure?.hasBegun == true)
    }

    @Test(
        "an answer larger than allowed fails; a head without end is the server's fault, a large body may be the request's",
        arguments: [
            ("Content-Length: 101\r\n\r\n", .tooLarge, 0),
            ("A: \(String(repeating: "a", count: 70_000))", .malformed, 1),
        ] as [(String, UpstreamFailure.Reason, UInt64)]
    )
    func tooLarge(rest: String, reason: UpstreamFailure.Reason, opened: UInt64) throws {
        let upstream = try EmbeddedUpstream {
            $0.answerBytes = 100
            $0.breaker.failures = 1
        }
        let (exchange, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\n" + rest)
        #expect(exchange.events == [.failed(reason)])
        #expect(upstream.counters.breakersOpened == opened)
        #expect(!upstream.isOpen(0))
    }

    @Test("an answer that is cut off fails; one that ends with its connection does not")
    func closing() throws {
        let upstream = try EmbeddedUpstream()
        let (cut, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok")
        upstream.close(0)
        #expect(cut.events == [.head(200), .body("ok"), .flush, .failed(.closed)])
        #expect(cut.failure?.hasBegun == true)
        let (whole, _) = upstream.send()
        try upstream.serve(1, "HTTP/1.1 200 OK\r\n\r\nok")
        #expect(whole.events == [.head(200), .body("ok"), .flush])
        upstream.close(1)
        #expect(whole.answer == "200 ok")
        #expect(upstream.violations() == [])
    }

    @Test("redirects are answers, interim answers are none", arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")
        #expect(exchange.events == [])
        try upstream.serve(0, "HTTP/1.1 \(status) x\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n")
        #expect(exchange.answer == "\(status) ")
        #expect(upstream.connector.addresses.count == 1)
    }

    @Test("an answer to HEAD has no body", arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func head(field: String) throws {
        let upstream = try EmbeddedUpstream(method: .head)
        let (exchange, _) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\n\(field)\r\n\r\n")
        #expect(exchange.answer == "200 ")
        #expect(upstream.isOpen(0))
    }

    @Test("a connection that is paused does not read")
    func pause() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, call) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na")
        let before = upstream.connector.readings[0].count
        call?.pause()
        upstream.connector.channels[0].read()
        upstream.connector.channels[0].read()
        #expect(upstream.connector.readings[0].count == before)
        call?.resume()
        #expect(upstream.connector.readings[0].count == before + 1)
        call?.resume()
        #expect(upstream.connector.readings[0].count == before + 1)
        try upstream.serve(0, "bcd")
        #expect(exchange.answer == "200 abcd")
    }

    @Test("a connection whose call ends while paused reads again: it has to see its end")
    func pausedToTheEnd() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, call) = upstream.send()
        call?.pause()
        upstream.connector.channels[0].read()
        let before = upstream.connector.readings[0].count
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
        #expect(upstream.connector.readings[0].count > before)
        call?.resume()
        call?.cancel()
        #expect(upstream.isOpen(0))
    }

    @Test("a cancelled call ends its connection and hears nothing more")
    func cancel() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, call) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na")
        call?.cancel()
        #expect(!upstream.isOpen(0))
        call?.cancel()
        #expect(exchange.events == [.head(200), .body("a"), .flush])
        #expect(upstream.counters.cancelled == 1)
        #expect(upstream.violations() == [])
    }

    @Test(
        "a call may be cancelled from within what it is told",
        arguments: [RecordedExchange.Event.head(200), .body("a")]
    )
    func cancelWithin(event: RecordedExchange.Event) throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, call) = upstream.send()
        exchange.onEvent = { if $0 == event { call?.cancel() } }
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n")
        #expect(exchange.events.last == event)
        #expect(!upstream.isOpen(0))
        #expect(upstream.violations() == [])
    }

    @Test("the next request may be sent from within the end of the one before, on the same connection")
    func sendWithin() throws {
        let upstream = try EmbeddedUpstream()
        let (first, _) = upstream.send()
        var second: RecordedExchange?
        first.onEvent = { if $0 == .end { second = upstream.send("again").exchange } }
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(try upstream.written(0).hasSuffix("again"))
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(second?.answer == "200 ok")
        #expect(upstream.connector.channels.count == 1)
    }
}
