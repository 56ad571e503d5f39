import NIOCore
import NIOEmbedded
import ServingCore
import TestSupport
import Testing
import Upstream

/// Whatever servers and clients do, each request ends once and each connection is accounted for.
@Suite("LoopBackend in a storm")
struct UpstreamStormTests {
    private struct Sent {
        let exchange: RecordedExchange
        var call: UpstreamCall?
        var isCancelled = false
        /// Events at the time it was cancelled.
        var events = 0
    }

    private static let answers = [
        EmbeddedUpstream.ok, EmbeddedUpstream.ok, EmbeddedUpstream.ok, EmbeddedUpstream.broken,
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "1\r\nx\r\n", "0\r\n\r\n",
        "garbage\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.1 200", "\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
    ]

    @Test("every request ends exactly once, and nothing is left behind", arguments: UInt64(1)...60)
    func storm(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let upstream = try EmbeddedUpstream(endpoints: 1 + Int(seed % 3)) {
            $0.pool.connections = 3
            $0.pool.pending = 4
            $0.breaker.failures = seed.isMultiple(of: 5) ? 1_000 : 3
        }
        var sent: [Sent] = []
        for _ in 0..<600 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0...3:
                let (exchange, call) = upstream.send(
                    isIdempotent: Bool.random(using: &random),
                    deadline: upstream.loop.now + .seconds(.random(in: 1...100, using: &random))
                )
                sent.append(Sent(exchange: exchange, call: call))
            case 4...6: try self.serve(upstream, &random)
            case 7:
                if let index = self.open(upstream, &random) { upstream.close(index) }
            case 8:
                guard let index = sent.indices.randomElement(using: &random) else { continue }
                if sent[index].exchange.ends == 0, !sent[index].isCancelled {
                    sent[index].call?.cancel()
                    sent[index].isCancelled = true
                    sent[index].events = sent[index].exchange.events.count
                }
            case 9:
                let call = sent.randomElement(using: &random)?.call
                if Bool.random(using: &random) { call?.pause() } else { call?.resume() }
            case 10:
                let modes: [EmbeddedConnector.Mode] = [.open, .open, .refuse, .hang]
                let endpoint = upstream.backend.endpoints.randomElement(using: &random)
                let name = endpoint?.configuration.description ?? ""
                upstream.connector.modes[name] = modes.randomElement(using: &random)
                endpoint?.publish(isHealthy: Bool.random(using: &random))
            default: upstream.wait(.milliseconds(.random(in: 1...3_000, using: &random)))
            }
            #expect(upstream.violations() == [])
        }
        upstream.wait(.seconds(130))
        #expect(upstream.violations() == [])
        #expect(upstream.upstream?.activeCount == 0)
        #expect(upstream.upstream?.pendingCount == 0)
        #expect(upstream.upstream?.connectionCount == 0)
        #expect(upstream.connector.channels.allSatisfy { !$0.isActive })
        for one in sent {
            #expect(one.exchange.ends == (one.isCancelled ? 0 : 1))
            if one.isCancelled { #expect(one.exchange.events.count == one.events) }
        }
        #expect(upstream.counters.requests == UInt64(sent.count))
    }

    private func open(_ upstream: EmbeddedUpstream, _ random: inout SeededRandom) -> Int? {
        upstream.connector.channels.indices.filter { upstream.isOpen($0) }.randomElement(using: &random)
    }

    private func serve(_ upstream: EmbeddedUpstream, _ random: inout SeededRandom) throws {
        guard let index = self.open(upstream, &random), let answer = Self.answers.randomElement(using: &random) else {
            return
        }
        try upstream.serve(index, answer)
    }
}
