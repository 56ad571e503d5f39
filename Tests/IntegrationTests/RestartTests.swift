import Foundation
import LoadGenerator
import NIOCore
import NIOPosix
import ServingCore
import TestSupport
import Testing

@Suite("Restarts")
struct RestartTests {
    @Test("a restarted gateway serves the side that was live when it stopped")
    func cleanRestart() async throws {
        let first = try await GatewayProcess.start()
        let promoted = try await AdminCalls(first).promote("digits")
        #expect(await first.end() == 0)

        let second = try await GatewayProcess.start(data: first.data)
        let status = try await AdminCalls(second).status("digits")
        #expect(status.live == .green)
        #expect(status.revision == promoted.status.revision)
        #expect(status.slots.first { $0.slot == .blue }?.role == .standby)
        let back = try await AdminCalls(second).rollback("digits")
        #expect(back.status.live == .blue)
        await second.stop()
    }

    @Test(
        "kill -9 in the middle of a cutover: what was acknowledged is in force and in the audit log",
        arguments: 1...12
    )
    func killed(round: Int) async throws {
        let data = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let gateway = try await GatewayProcess.start(data: data)
        let admin = try AdminCalls(gateway)
        let acknowledged = try await admin.promote("digits")
        // The next one is under way when the process dies; how far it gets differs from round to round.
        async let interrupted = try? admin.rollback("digits")
        var random = SeededRandom(seed: UInt64(round))
        await onThread { [spins = Int.random(in: 0..<400_000, using: &random)] in
            for _ in 0..<spins { sched_yield() }
        }
        await gateway.end(SIGKILL)
        let last = await interrupted ?? acknowledged

        let again = try await GatewayProcess.start(data: data)
        let after = try AdminCalls(again)
        let status = try await after.status("digits")
        #expect(status.revision >= last.status.revision)
        #expect(status.live == (status.revision == acknowledged.status.revision ? .green : .blue))
        let rows = try await after.audit("digits")
        for reply in [acknowledged, last] {
            #expect(rows.contains { $0.id == reply.audit && $0.revision == reply.status.revision })
        }
        await again.end()
    }

    @Test("SIGTERM under load breaks no request that was being answered, and the process ends with status 0")
    func graceful() async throws {
        let gateway = try await GatewayProcess.start()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (started, continuation) = AsyncStream.makeStream(of: Void.self)
        var configuration = LoadConfiguration(
            target: try SocketAddress(ipAddress: "127.0.0.1", port: gateway.httpPort),
            requests: try HeldOutRequests.prepared("sentiment"),
            pace: .closed,
            connections: 8
        )
        configuration.count = 200_000
        configuration.onAnswer = { _ in continuation.yield() }
        let run = LoadRun(configuration, on: group)
        run.start()
        for await _ in started { break }

        #expect(await gateway.end() == 0)
        run.stop()
        let report = await run.report()
        #expect(report.answered > 0)
        // Connections the system had queued when the listener closed are reset, later ones refused: no request on them
        // was accepted. The gateway's own books say what became of those that were.
        let books = try #require(gateway.log.split(separator: "\n").last { $0.contains("stopped") })
        #expect(books.contains("aborted=0") && books.contains("unanswered=0"), "\(books)")
        try await group.shutdownGracefully()
        await gateway.stop()
    }
}
