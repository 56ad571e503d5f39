import Foundation
import HTTP1
import NIOCore
import NIOPosix
import ServingCore
import Synchronization
import TestSupport
import Testing
import Upstream

@Suite("UpstreamClient over sockets", .timeLimit(.minutes(1)))
struct UpstreamClientTests {
    private static func client(
        _ endpoints: String...,
        configure: (inout BackendConfiguration) -> Void = { _ in }
    ) throws -> UpstreamClient {
        var configuration = BackendConfiguration(
            kind: .openInference,
            endpoints: endpoints.compactMap { BackendEndpoint($0) }
        )
        configure(&configuration)
        return UpstreamClient(try Backend(configuration), on: TestThreads.twoLoops.next(), seed: 1)
    }

    private static func request(
        _ client: UpstreamClient,
        _ body: String = "hi",
        isIdempotent: Bool = false
    ) throws -> UpstreamRequest {
        let route = try #require(UpstreamRoute(.post, path: "/infer", configuration: client.backend.configuration))
        return UpstreamRequest(route, body: ByteBuffer(string: body), isIdempotent: isIdempotent)
    }

    private static func failure(_ client: UpstreamClient, isIdempotent: Bool = false) throws -> UpstreamFailure? {
        let request = try Self.request(client, isIdempotent: isIdempotent)
        return #expect(throws: UpstreamFailure.self) { try client.call(request) }
    }

    @Test("requests are answered one after the other on one connection")
    func keepAlive() throws {
        let server = try ScriptedServer { .answer(String($0.suffix(1))) }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        for digit in 0..<10 {
            let answer = try client.call(try Self.request(client, "\(digit)"))
            #expect(String(buffer: answer.body) == "\(digit)")
            #expect(answer.sentAt <= answer.headAt && answer.headAt <= answer.endedAt)
        }
        #expect(server.counts.opened == 1)
        #expect(try client.counters()?.connectionsReused == 9)
    }

    @Test("a name is resolved when the backend is made, and each address tried")
    func names() throws {
        let server = try ScriptedServer { _ in .ok }
        let client = try Self.client("http://localhost:\(server.port)")
        #expect(try client.call(try Self.request(client)).head.status == 200)
        #expect(server.requests.all.first?.contains("host: localhost:\(server.port)\r\n") == true)
        #expect(throws: BackendError.self) { try Self.client("http://no-such-name.invalid") }
    }

    @Test("the pieces of a stream are dated as they come")
    func arrivals() throws {
        let server = try ScriptedServer { request in
            ScriptedServer.Reply(pieces: [
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
                "6\r\ndata:1\r\n", "6\r\ndata:2\r\n", "0\r\n\r\n",
            ])
        }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        let answer = try client.call(try Self.request(client))
        #expect(answer.head.contentType == .eventStream)
        #expect(String(buffer: answer.body) == "data:1data:2")
        #expect(answer.arrivals.last?.bytes == 12)
        #expect(answer.arrivals == answer.arrivals.sorted { $0.at < $1.at })
        #expect(answer.arrivals.allSatisfy { $0.at >= answer.headAt && $0.at <= answer.endedAt })
    }

    @Test("a long body goes out and comes back whole")
    func largeBodies() throws {
        let server = try ScriptedServer { request in
            .answer(String(request.drop { $0 != "x" }))
        }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        let body = String(repeating: "xy", count: 500_000)
        let answer = try client.call(try Self.request(client, body))
        #expect(answer.body == ByteBuffer(string: body))
    }

    @Test("a server behind a Unix socket is reached")
    func unixSocket() throws {
        let path = FileManager.default.temporaryDirectory.path() + "/teal-\(UUID().uuidString.prefix(8)).sock"
        let server = try ScriptedServer(path: path) { _ in .ok }
        defer { try? FileManager.default.removeItem(atPath: path) }
        let client = try Self.client("unix:\(path)")
        for _ in 0..<3 { #expect(try client.call(try Self.request(client)).head.status == 200) }
        #expect(server.counts.opened == 1)
    }

    @Test("nobody listening fails at once and nothing was sent")
    func refused() throws {
        let server = try ScriptedServer { _ in .ok }
        let port = server.port
        try server.stop()
        let client = try Self.client("http://127.0.0.1:\(port)")
        let failure = try Self.failure(client)
        #expect(failure?.reason == .connectFailed)
        #expect(failure?.wasSent == false)
    }

    @Test("a server that says nothing is given up in time")
    func silence() throws {
        let server = try ScriptedServer { _ in .silence }
        let client = try Self.client("http://127.0.0.1:\(server.port)") { $0.timeouts.firstByte = 50_000_000 }
        let failure = try Self.failure(client, isIdempotent: true)
        #expect(failure?.reason == .firstByteTimeout)
        #expect(failure?.wasSent == true)
        #expect(server.requests.all.count == 1)
    }

    @Test("a call is cancelled from another thread, before it is sent and while it is answered")
    func cancel() throws {
        let server = try ScriptedServer { _ in .silence }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        let request = try Self.request(client)
        let cancelled = RunCancellation()
        cancelled.cancel()
        let early = #expect(throws: UpstreamFailure.self) { try client.call(request, cancellation: cancelled) }
        #expect(early?.reason == .cancelled)
        let cancellation = RunCancellation()
        let before = server.requests.all.count
        Thread.detachNewThread {
            while server.requests.all.count == before { sched_yield() }
            cancellation.cancel()
        }
        let failure = #expect(throws: UpstreamFailure.self) { try client.call(request, cancellation: cancellation) }
        #expect(failure?.reason == .cancelled)
        #expect(failure?.wasSent == true)
    }

    @Test("connections that the server closes behind its answers cost no idempotent request")
    func closedBehind() throws {
        let server = try ScriptedServer { _ in
            ScriptedServer.Reply(pieces: ScriptedServer.Reply.ok.pieces, closes: true)
        }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        for _ in 0..<300 {
            #expect(try client.call(try Self.request(client, isIdempotent: true)).head.status == 200)
        }
        #expect(try client.counters()?.breakersOpened == 0)
    }

    @Test("many threads get their own answers")
    func threads() throws {
        let server = try ScriptedServer { request in .answer(String(request.suffix(8))) }
        let client = try Self.client("http://127.0.0.1:\(server.port)") { $0.pool.connections = 3 }
        let wrong = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for index in 0..<100 {
                let body = String(10_000_000 + thread * 1_000 + index)
                let answer = try? client.call(try Self.request(client, body))
                if answer.map({ String(buffer: $0.body) }) != body { wrong.withLock { $0.append(body) } }
            }
        }
        #expect(wrong.withLock { $0 } == [])
        #expect(server.counts.opened <= 3)
    }

    @Test("whoever lets go of a client closes its connections")
    func letGo() async throws {
        let server = try ScriptedServer { _ in .ok }
        try {
            let client = try Self.client("http://127.0.0.1:\(server.port)")
            _ = try client.call(try Self.request(client))
        }()
        #expect(await eventually { server.counts.open == 0 })
    }
}
