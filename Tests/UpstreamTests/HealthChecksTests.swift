import NIOCore
import NIOPosix
import ServingCore
import Synchronization
import TestSupport
import Testing
import Upstream

@Suite("HealthChecks", .timeLimit(.minutes(1)))
struct HealthChecksTests {
    private static func backend(_ ports: [Int], path: String? = "/v2/health/ready") throws -> Backend {
        var configuration = BackendConfiguration(
            kind: .openInference,
            endpoints: ports.compactMap { BackendEndpoint("http://127.0.0.1:\($0)") }
        )
        configuration.health = path.map { BackendConfiguration.Health(path: $0) }
        configuration.health?.interval = 5_000_000
        return try Backend(configuration)
    }

    @Test("each endpoint is found ill and well again, for itself")
    func turns() async throws {
        let isWell = Atomic(true)
        let turning = try ScriptedServer { _ in
            isWell.load(ordering: .relaxed)
                ? .ok : ScriptedServer.Reply(pieces: ["HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"])
        }
        let steady = try ScriptedServer { _ in .ok }
        let backend = try Self.backend([turning.port, steady.port])
        let checks = HealthChecks(backend, on: TestThreads.twoLoops.next(), seed: 1)
        #expect(checks != nil)
        turning.requests.wait(for: 3)
        #expect(backend.endpoints[0].isHealthy)
        isWell.store(false, ordering: .relaxed)
        #expect(await eventually { !backend.endpoints[0].isHealthy })
        #expect(backend.endpoints[1].isHealthy)
        isWell.store(true, ordering: .relaxed)
        #expect(await eventually { backend.endpoints[0].isHealthy })
        #expect(turning.requests.all.first?.hasPrefix("GET /v2/health/ready HTTP/1.1\r\n") == true)
        #expect(steady.counts.opened == 1)
    }

    @Test("an endpoint that nobody listens at is ill")
    func refused() async throws {
        let server = try ScriptedServer { _ in .ok }
        let backend = try Self.backend([server.port])
        try server.stop()
        let checks = HealthChecks(backend, on: TestThreads.twoLoops.next(), seed: 1)
        #expect(await eventually { !backend.isHealthy })
        withExtendedLifetime(checks) {}
    }

    @Test("without a path there are no checks, and they end when they are let go of")
    func lifetime() async throws {
        let server = try ScriptedServer { _ in .ok }
        #expect(
            HealthChecks(try Self.backend([server.port], path: nil), on: TestThreads.twoLoops.next(), seed: 1) == nil
        )
        var checks = HealthChecks(try Self.backend([server.port]), on: TestThreads.twoLoops.next(), seed: 1)
        server.requests.wait(for: 2)
        #expect(checks != nil)
        checks = nil
        #expect(await eventually { server.counts.open == 0 })
    }
}
