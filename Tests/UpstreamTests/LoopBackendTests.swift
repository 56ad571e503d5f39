import NIOCore
import NIOEmbedded
import ServingCore
import Testing
import Upstream

@Suite("LoopBackend: connections and deadlines")
struct LoopBackendTests {
    @Test("requests beyond the connections wait, and those beyond the queue are refused")
    func pending() throws {
        let upstream = try EmbeddedUpstream {
            $0.pool.connections = 2
            $0.pool.pending = 1
        }
        let exchanges = (0..<4).map { upstream.send("\($0)").exchange }
        #expect(exchanges[3].events == [.failed(.overloaded)])
        #expect(exchanges[3].failure?.wasSent == false)
        #expect(upstream.upstream?.pendingCount == 1)
        #expect(upstream.connector.channels.count == 2)
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(upstream.upstream?.pendingCount == 0)
        #expect(try upstream.written(0).hasSuffix("2"))
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(exchanges[2].answer == "200 ok")
        #expect(upstream.violations() == [])
    }

    @Test("those that wait are served in order, without those that gave up")
    func order() throws {
        let upstream = try EmbeddedUpstream { $0.pool.connections = 1 }
        upstream.send("first")
        let waiting = (0..<5).map { upstream.send("w\($0)") }
        waiting[0].call?.cancel()
        waiting[2].call?.cancel()
        #expect(upstream.upstream?.pendingCount == 3)
        var served: [String] = []
        for _ in 0..<4 {
            served.append(String(try upstream.written(0).suffix(2)))
            try upstream.serve(0, EmbeddedUpstream.ok)
        }
        #expect(served == ["st", "w1", "w3", "w4"])
        #expect(upstream.violations() == [])
    }

    @Test("a connection that goes makes room for one that waits")
    func roomByClosing() throws {
        let upstream = try EmbeddedUpstream { $0.pool.connections = 1 }
        let (first, _) = upstream.send()
        let (second, _) = upstream.send("second")
        upstream.close(0)
        #expect(first.events == [.failed(.closed)])
        #expect(try upstream.written(1).hasSuffix("second"))
        try upstream.serve(1, EmbeddedUpstream.ok)
        #expect(second.answer == "200 ok")
    }

    @Test("who waits too long for a connection is told so")
    func connectTimeout() throws {
        let upstream = try EmbeddedUpstream {
            $0.pool.connections = 1
            $0.breaker.failures = 100
        }
        upstream.send()
        let (waiting, _) = upstream.send()
        upstream.wait(.milliseconds(1_250))
        #expect(waiting.events == [.failed(.connectTimeout)])
        #expect(waiting.failure?.wasSent == false)
        #expect(upstream.upstream?.pendingCount == 0)
        #expect(upstream.violations() == [])
    }

    @Test("a connection that does not open in time is given up")
    func hangingConnect() throws {
        let upstream = try EmbeddedUpstream()
        upstream.connector.modes["http://127.0.0.1:8000"] = .hang
        let (exchange, _) = upstream.send()
        upstream.wait(.milliseconds(1_250))
        #expect(exchange.events == [.failed(.connectTimeout)])
        #expect(upstream.upstream?.connectionCount == 0)
        // It opens after all.
        upstream.connector.channels[0].connect(to: upstream.connector.addresses[0], promise: nil)
        upstream.loop.run()
        #expect(!upstream.isOpen(0))
        #expect(upstream.violations() == [])
    }

    @Test("a call that is cancelled while it connects leaves nothing behind")
    func cancelConnecting() throws {
        let upstream = try EmbeddedUpstream()
        upstream.connector.modes["http://127.0.0.1:8000"] = .hang
        let (exchange, call) = upstream.send()
        call?.cancel()
        #expect(exchange.events == [])
        #expect(upstream.upstream?.connectionCount == 0)
        #expect(upstream.violations() == [])
    }

    @Test("an answer must begin, go on and end in time")
    func phases() throws {
        let upstream = try EmbeddedUpstream {
            $0.timeouts.firstByte = 4_000_000_000
            $0.timeouts.idle = 2_000_000_000
            $0.timeouts.total = 10_000_000_000
        }
        let (silent, _) = upstream.send()
        let (stalled, _) = upstream.send()
        let (endless, _) = upstream.send()
        try upstream.serve(1, "HTTP/1.1 200 OK\r\n\r\na")
        try upstream.serve(2, "HTTP/1.1 200 OK\r\n\r\na")
        for _ in 0..<11 {
            upstream.wait(.seconds(1))
            try upstream.serve(2, "b")
        }
        #expect(silent.events == [.failed(.firstByteTimeout)])
        #expect(silent.failure?.wasSent == true)
        #expect(stalled.events.last == .failed(.idleTimeout))
        #expect(stalled.failure?.hasBegun == true)
        #expect(endless.events.last == .failed(.totalTimeout))
        #expect((0..<3).allSatisfy { !upstream.isOpen($0) })
        #expect(upstream.violations() == [])
    }

    @Test("a stream of events may take longer than any other answer, and its end by the clock is nobody's fault")
    func stream() throws {
        let upstream = try EmbeddedUpstream {
            $0.timeouts.total = 5_000_000_000
            $0.timeouts.stream = 60_000_000_000
            $0.breaker.failures = 1
        }
        let (exchange, _) = upstream.send(deadline: upstream.loop.now + .seconds(3))
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for second in 0..<60 {
            #expect(exchange.ends == 0, "after \(second) s")
            upstream.wait(.seconds(1))
            try upstream.serve(0, "data: x\n\n")
        }
        #expect(exchange.events.last == .failed(.totalTimeout))
        #expect(upstream.counters.breakersOpened == 0)
        #expect(upstream.violations() == [])
    }

    @Test("a head that trickles in does not hold on for longer")
    func trickle() throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.firstByte = 4_000_000_000 }
        let (exchange, _) = upstream.send(isIdempotent: true)
        for byte in "HTTP/1.1 200 OK" {
            try upstream.serve(0, String(byte))
            upstream.wait(.milliseconds(500))
        }
        #expect(exchange.events == [.failed(.firstByteTimeout)])
        #expect(upstream.connector.channels.count == 1)
    }

    @Test("while the client takes nothing the server is not blamed for silence")
    func pausedIdle() throws {
        let upstream = try EmbeddedUpstream { $0.timeouts.idle = 2_000_000_000 }
        let (exchange, call) = upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na")
        call?.pause()
        upstream.wait(.seconds(20))
        #expect(exchange.ends == 0)
        call?.resume()
        try upstream.serve(0, "b")
        #expect(exchange.answer == "200 ab")
    }

    @Test("a request's own deadline counts when it is sooner")
    func ownDeadline() throws {
        let upstream = try EmbeddedUpstream()
        let (exchange, _) = upstream.send(deadline: upstream.loop.now + .seconds(2))
        upstream.wait(.milliseconds(2_250))
        #expect(exchange.events == [.failed(.totalTimeout)])
    }

    @Test("a connection that is idle for too long is closed, one in use is not")
    func idle() throws {
        let upstream = try EmbeddedUpstream {
            $0.pool.idle = 10_000_000_000
            $0.timeouts.firstByte = 60_000_000_000
        }
        upstream.send()
        upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        upstream.wait(.seconds(11))
        #expect(!upstream.isOpen(0))
        #expect(upstream.isOpen(1))
        #expect(upstream.violations() == [])
    }

    @Test(
        "a connection is used for a second less than the server says it keeps it, and no longer than configured",
        arguments: [
            ("timeout=3", 1, true), ("timeout=3", 2, false), ("max=9, Timeout = 3", 2, false), ("timeout=1", 0, false),
            ("timeout=0", 0, false), ("timeout=99999999999999999999", 3, true), ("timeout=600", 3, true),
            ("timeout=600", 4, false), ("timeout=", 3, true), ("x", 3, true), ("max=1", 3, true),
        ] as [(String, Int64, Bool)]
    )
    func keptByServer(value: String, seconds: Int64, isReused: Bool) throws {
        let upstream = try EmbeddedUpstream()
        upstream.send()
        try upstream.serve(0, "HTTP/1.1 200 OK\r\nKeep-Alive: \(value)\r\nContent-Length: 0\r\n\r\n")
        upstream.wait(.seconds(seconds))
        upstream.send()
        #expect(upstream.counters.connectionsReused == (isReused ? 1 : 0))
        #expect(upstream.violations() == [])
    }

    @Test("whoever lets go of a backend closes its idle connections, and not those in use")
    func letGo() throws {
        let upstream = try EmbeddedUpstream()
        let (_, call) = upstream.send()
        let (used, second) = upstream.send()
        try upstream.serve(0, EmbeddedUpstream.ok)
        #expect(call != nil && second != nil)
        upstream.letGo()
        upstream.loop.run()
        #expect(upstream.isOpen(1))
        try upstream.serve(1, EmbeddedUpstream.ok)
        #expect(used.answer == "200 ok")
    }

    @Test("a route of another backend is refused")
    func otherRoute() throws {
        let upstream = try EmbeddedUpstream(endpoints: 2)
        let other = try EmbeddedUpstream()
        let exchange = RecordedExchange()
        let request = UpstreamRequest(other.route, isIdempotent: false)
        #expect(upstream.upstream?.send(request, to: exchange, now: upstream.loop.now) == nil)
        #expect(exchange.events == [.failed(.unavailable)])
        #expect(upstream.violations() == [])
    }
}
