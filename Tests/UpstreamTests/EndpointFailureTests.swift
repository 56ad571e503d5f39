import NIOCore
import NIOEmbedded
import ServingCore
import Testing
import Upstream

@Suite("LoopBackend: endpoints that fail")
struct EndpointFailureTests {
    private static let first = "http://127.0.0.1:8000"
    private static let second = "http://127.0.0.1:8001"

    /// Sends until a request goes to `endpoint`; answers those that go elsewhere.
    private func send(
        _ upstream: EmbeddedUpstream,
        to endpoint: String,
        isIdempotent: Bool = false
    ) throws -> (exchange: RecordedExchange, index: Int) {
        for _ in 0..<100 {
            let (exchange, _) = upstream.send("x", isIdempotent: isIdempotent)
            for index in upstream.connector.channels.indices where try !upstream.written(index).isEmpty {
                if upstream.connector.endpoints[index] == endpoint { return (exchange, index) }
                try upstream.serve(index, EmbeddedUpstream.ok)
            }
        }
        throw ChannelError.eof
    }

    @Test("an endpoint that refuses is passed over: nothing was sent")
    func refused() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        upstream.connector.modes[Self.first] = .refuse
        for _ in 0..<20 {
            let (exchange, _) = upstream.send()
            let index = try #require(upstream.connector.channels.indices.last)
            try upstream.serve(index, EmbeddedUpstream.ok)
            #expect(exchange.answer == "200 ok")
        }
        #expect(upstream.counters.breakersOpened == 1)
        #expect(upstream.connector.addresses.count { $0.port == 8_000 } == 5)
        #expect(upstream.violations() == [])
    }

    @Test("when all refuse, the request fails and nothing was sent")
    func allRefuse() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        upstream.connector.modes[Self.first] = .refuse
        upstream.connector.modes[Self.second] = .refuse
        let (exchange, call) = upstream.send()
        #expect(call == nil)
        #expect(exchange.events == [.failed(.connectFailed)])
        #expect(exchange.failure?.wasSent == false)
        #expect(upstream.violations() == [])
    }

    @Test("a request whose connection breaks is not sent again unless it is idempotent")
    func broken() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        let (once, index) = try self.send(upstream, to: Self.first)
        upstream.close(index)
        #expect(once.events == [.failed(.closed)])
        #expect(once.failure?.wasSent == true)
        let (again, other) = try self.send(upstream, to: Self.first, isIdempotent: true)
        upstream.close(other)
        #expect(again.events == [])
        let index2 = try #require(
            try upstream.connector.channels.indices.last { try upstream.written($0).hasSuffix("x") }
        )
        #expect(upstream.connector.endpoints[index2] == Self.second)
        try upstream.serve(index2, EmbeddedUpstream.ok)
        #expect(again.answer == "200 ok")
        #expect(upstream.counters.retries == 1)
        #expect(upstream.violations() == [])
    }

    @Test(
        "an idempotent request is not sent again once something of an answer has come",
        arguments: ["H", "HTTP/1.1 100 Continue\r\n\r\n"]
    )
    func begunAnswer(bytes: String) throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        let (exchange, index) = try self.send(upstream, to: Self.first, isIdempotent: true)
        try upstream.serve(index, bytes)
        upstream.close(index)
        #expect(exchange.events == [.failed(.closed)])
        #expect(upstream.counters.retries == 0)
    }

    @Test("an idempotent request is sent three times at most")
    func attempts() throws {
        let upstream = try EmbeddedUpstream(endpoints: 5)
        let (exchange, _) = upstream.send("x", isIdempotent: true)
        var sent = 0
        while exchange.events.isEmpty {
            let index = try #require(
                try upstream.connector.channels.indices.first { try !upstream.written($0).isEmpty }
            )
            sent += 1
            upstream.close(index)
        }
        #expect(sent == 3)
        #expect(exchange.events == [.failed(.closed)])
    }

    @Test("a kept connection that breaks says nothing of its endpoint; an idempotent request gets a fresh one there")
    func stale() throws {
        let upstream = try EmbeddedUpstream { $0.breaker.failures = 1 }
        upstream.send()
        upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        try upstream.serve(1, EmbeddedUpstream.ok)
        let (exchange, _) = upstream.send("y", isIdempotent: true)
        #expect(try upstream.written(1).hasSuffix("y"))
        upstream.close(1)
        #expect(upstream.connector.channels.count == 3)
        try upstream.serve(2, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
        let (once, _) = upstream.send("z")
        let index = try #require(
            try upstream.connector.channels.indices.first { try upstream.written($0).hasSuffix("z") }
        )
        upstream.close(index)
        #expect(once.events == [.failed(.closed)])
        #expect(upstream.counters.breakersOpened == 0)
        #expect(upstream.violations() == [])
    }

    @Test("a fresh connection can be had for a retry though all connections are kept idle")
    func freshAtLimit() throws {
        let upstream = try EmbeddedUpstream { $0.pool.connections = 2 }
        upstream.send()
        upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        try upstream.serve(1, EmbeddedUpstream.ok)
        let (exchange, _) = upstream.send(isIdempotent: true)
        upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        upstream.close(1)
        try upstream.serve(2, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
        #expect(upstream.violations() == [])
    }

    @Test(
        "the only endpoint is left alone after five failures, tried by one request, and taken back when that succeeds"
    )
    func breaker() throws {
        let upstream = try EmbeddedUpstream()
        for index in 0..<5 {
            upstream.send()
            upstream.close(index)
        }
        let (refused, call) = upstream.send()
        #expect(call == nil)
        #expect(refused.events == [.failed(.unavailable)])
        #expect(upstream.connector.channels.count == 5)
        upstream.wait(.seconds(1))
        let (probe, _) = upstream.send()
        let (meanwhile, _) = upstream.send()
        #expect(meanwhile.events == [.failed(.unavailable)])
        try upstream.serve(5, EmbeddedUpstream.ok)
        #expect(probe.answer == "200 ok")
        let (after, _) = upstream.send()
        try upstream.serve(5, EmbeddedUpstream.ok)
        #expect(after.answer == "200 ok")
        #expect(upstream.counters.breakersOpened == 1)
        #expect(upstream.violations() == [])
    }

    @Test("a probe whose answer has begun lets others through, however long it goes on")
    func longProbe() throws {
        let upstream = try EmbeddedUpstream()
        for index in 0..<5 {
            upstream.send()
            upstream.close(index)
        }
        upstream.wait(.seconds(1))
        upstream.send()
        try upstream.serve(5, "HTTP/1.1 200 OK\r\n\r\na")
        let (other, call) = upstream.send()
        #expect(call != nil)
        try upstream.serve(6, EmbeddedUpstream.ok)
        #expect(other.answer == "200 ok")
    }

    @Test("a probe that is cancelled makes way for the next")
    func cancelledProbe() throws {
        let upstream = try EmbeddedUpstream()
        for index in 0..<5 {
            upstream.send()
            upstream.close(index)
        }
        upstream.wait(.seconds(1))
        upstream.send().call?.cancel()
        let (next, _) = upstream.send()
        try upstream.serve(6, EmbeddedUpstream.ok)
        #expect(next.answer == "200 ok")
    }

    @Test(
        "answers that say the server is broken count as failures, and are passed on",
        arguments: [500, 502, 503, 504, 507, 599]
    )
    func errors(status: Int) throws {
        let upstream = try EmbeddedUpstream()
        for _ in 0..<5 {
            let (exchange, _) = upstream.send()
            try upstream.serve(0, "HTTP/1.1 \(status) No\r\nContent-Length: 2\r\n\r\nno")
            #expect(exchange.answer == "\(status) no")
        }
        #expect(upstream.send().exchange.events == [.failed(.unavailable)])
    }

    @Test(
        "answers that say the client is wrong, or the server busy, do not",
        arguments: ["404 No", "429 No", "501 No", "503 No\r\nRetry-After: 1", "505 No"]
    )
    func clientErrors(line: String) throws {
        let upstream = try EmbeddedUpstream()
        for _ in 0..<20 {
            upstream.send()
            try upstream.serve(0, "HTTP/1.1 \(line)\r\nContent-Length: 0\r\n\r\n")
        }
        #expect(upstream.counters.answered == 20)
        #expect(upstream.counters.breakersOpened == 0)
    }

    @Test("a server that hangs opens the breaker, whosever deadline runs out", arguments: [true, false])
    func hanging(own: Bool) throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.firstByte = 2_000_000_000 }
        for _ in 0..<5 { upstream.send(deadline: own ? upstream.loop.now + .seconds(1) : .distantFuture) }
        upstream.wait(.milliseconds(2_250))
        #expect(upstream.counters.breakersOpened == 1)
        #expect(upstream.counters.failures == 5)
    }

    @Test("a client that reads slowly until its time is up does not open the breaker")
    func slowClient() throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.total = 5_000_000_000 }
        for index in 0..<10 {
            let (_, call) = upstream.send()
            try upstream.serve(index, "HTTP/1.1 200 OK\r\n\r\na")
            call?.pause()
        }
        upstream.wait(.seconds(6))
        #expect(upstream.counters.failures(.totalTimeout) == 10)
        #expect(upstream.counters.breakersOpened == 0)
    }

    @Test("a body that trickles until the time is up opens the breaker")
    func trickledBody() throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.total = 5_000_000_000 }
        for index in 0..<5 {
            upstream.send()
            try upstream.serve(index, "HTTP/1.1 200 OK\r\n\r\n")
        }
        for _ in 0..<6 {
            for index in 0..<5 { try upstream.serve(index, "a") }
            upstream.wait(.seconds(1))
        }
        #expect(upstream.counters.failures(.totalTimeout) == 5)
        #expect(upstream.counters.breakersOpened == 1)
    }

    @Test("but not one that was passed on as it came: it may just be long")
    func longAnswer() throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.total = 5_000_000_000 }
        for index in 0..<10 {
            let (_, call) = upstream.send()
            try upstream.serve(index, "HTTP/1.1 200 OK\r\n\r\n")
            call?.passOn()
        }
        for _ in 0..<6 {
            for index in 0..<10 { try upstream.serve(index, "a") }
            upstream.wait(.seconds(1))
        }
        #expect(upstream.counters.failures(.totalTimeout) == 10)
        #expect(upstream.counters.breakersOpened == 0)
    }

    @Test("an endpoint that fails again and again is ejected while another serves")
    func ejection() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        while upstream.counters.ejections == 0 {
            let (_, index) = try self.send(upstream, to: Self.first)
            try upstream.serve(index, EmbeddedUpstream.broken)
        }
        // The breaker is closed again long before.
        upstream.wait(.seconds(20))
        for _ in 0..<20 {
            let (exchange, _) = upstream.send()
            for index in upstream.connector.channels.indices where try !upstream.written(index).isEmpty {
                #expect(upstream.connector.endpoints[index] == Self.second)
                try upstream.serve(index, EmbeddedUpstream.ok)
            }
            #expect(exchange.answer == "200 ok")
        }
        upstream.wait(.seconds(11))
        let (back, index) = try self.send(upstream, to: Self.first)
        try upstream.serve(index, EmbeddedUpstream.ok)
        #expect(back.answer == "200 ok")
        #expect(upstream.violations() == [])
    }

    @Test("an endpoint that health checks find ill is asked only when there is no other")
    func health() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        upstream.backend.endpoints[0].publish(isHealthy: false)
        for _ in 0..<20 {
            upstream.send()
            let index = try #require(
                try upstream.connector.channels.indices.first { try !upstream.written($0).isEmpty }
            )
            #expect(upstream.connector.endpoints[index] == Self.second)
            try upstream.serve(index, EmbeddedUpstream.ok)
        }
        #expect(upstream.backend.isHealthy)
        upstream.backend.endpoints[1].publish(isHealthy: false)
        #expect(!upstream.backend.isHealthy)
        let (exchange, index) = try self.send(upstream, to: Self.first)
        try upstream.serve(index, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
    }

    @Test("a health check that succeeds again lets the next request try at once")
    func recovery() throws {
        let upstream = try EmbeddedUpstream()
        for index in 0..<5 {
            upstream.send()
            upstream.close(index)
        }
        upstream.backend.endpoints[0].publish(isHealthy: false)
        #expect(upstream.send().exchange.events == [.failed(.unavailable)])
        upstream.backend.endpoints[0].publish(isHealthy: true)
        let (exchange, _) = upstream.send()
        try upstream.serve(5, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
    }

    @Test("when the breaker opens, those that wait are told at once")
    func waiting() throws {
        let upstream = try EmbeddedUpstream {
            $0.pool.connections = 1
            $0.breaker.failures = 1
        }
        upstream.send()
        let (waiting, _) = upstream.send()
        upstream.close(0)
        #expect(waiting.events == [.failed(.unavailable)])
        #expect(upstream.violations() == [])
    }

    @Test("each address of an endpoint is tried, and the one that answers is remembered")
    func addresses() throws {
        let upstream = try EmbeddedUpstream(addresses: ["::1", "127.0.0.1", "127.0.0.2"])
        upstream.connector.refusing = [try SocketAddress(ipAddress: "::1", port: 8_000)]
        for index in 0..<2 {
            let (exchange, _) = upstream.send()
            try upstream.serve(index, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            #expect(exchange.answer == "200 ")
        }
        #expect(upstream.connector.addresses.map(\.ipAddress) == ["::1", "127.0.0.1", "127.0.0.1"])
        #expect(upstream.counters.breakersOpened == 0)
        // Now it is the other way round, and counts once however many addresses were tried.
        upstream.connector.refusing = try ["::1", "127.0.0.1", "127.0.0.2"].map {
            try SocketAddress(ipAddress: $0, port: 8_000)
        }
        let (refused, _) = upstream.send()
        #expect(refused.events == [.failed(.connectFailed)])
        #expect(upstream.connector.addresses.suffix(3).map(\.ipAddress) == ["127.0.0.1", "127.0.0.2", "::1"])
        #expect(upstream.violations() == [])
    }

    @Test("the addresses of an endpoint share the time to connect: one where nobody answers leaves some to the next")
    func connectTime() throws {
        let upstream = try EmbeddedUpstream(addresses: ["::1", "127.0.0.1", "127.0.0.2"]) {
            $0.timeouts.connect = 3_000_000_000
        }
        upstream.connector.modes[Self.first] = .hang
        let (exchange, _) = upstream.send()
        upstream.wait(.seconds(1))
        upstream.connector.connections[0].failedToOpen(timedOut: true)
        // Refuses at once: what it did not need is for the last one.
        upstream.connector.connections[1].failedToOpen()
        #expect(upstream.connector.times == [.seconds(1), .seconds(1), .seconds(2)])
        upstream.wait(.milliseconds(1_990))
        #expect(exchange.events == [])
        upstream.connector.channels[2].connect(to: upstream.connector.addresses[2], promise: nil)
        try upstream.serve(2, EmbeddedUpstream.ok)
        #expect(exchange.answer == "200 ok")
        #expect(upstream.violations() == [])
    }

    @Test("one address has all the time to connect, also for a request that waited: who ends it is the request's time")
    func wholeConnectTime() throws {
        let upstream = try EmbeddedUpstream {
            $0.timeouts.connect = 3_000_000_000
            $0.pool.connections = 1
        }
        upstream.send()
        upstream.send()
        upstream.wait(.seconds(1))
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        #expect(upstream.connector.times == [.seconds(3), .seconds(3)])
    }

    @Test("others hear of a circuit that is open, until its time is up or a health check finds the endpoint well")
    func toldOfCircuit() throws {
        let upstream = try EmbeddedUpstream { $0.breaker.failures = 1 }
        var isAsked: Bool { upstream.backend.mayBeAsked(now: upstream.loop.now) }
        #expect(isAsked)
        upstream.send()
        upstream.close(0)
        #expect(!isAsked)
        upstream.wait(.seconds(1))
        #expect(isAsked)
        // The one that tries fails.
        upstream.send()
        upstream.close(1)
        #expect(!isAsked)
        upstream.backend.endpoints[0].publish(isHealthy: false)
        upstream.backend.endpoints[0].publish(isHealthy: true)
        #expect(isAsked)
    }
}
