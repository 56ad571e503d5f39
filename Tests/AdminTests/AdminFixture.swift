import Admin
import Foundation
import Logging
import NIOPosix
import ServiceLifecycle
import ServingCore
import TestSupport

/// A real admin server on a port of its own with fakes behind it.
struct AdminFixture: Sendable {
    let control: FakeModelControl
    let store: InMemoryControlStore
    let trials: FakeTrialReading
    let desk: FakeGateDesk
    let search: FakeSemanticSearch
    let acknowledged: AdminCounter
    let port: Int

    /// Runs `body` while the server runs inside a service group, then shuts it down gracefully.
    static func run(
        token: String? = nil,
        reasons: [String] = [],
        hasSearch: Bool = true,
        _ body: @escaping @Sendable (AdminFixture) async throws -> Void
    ) async throws {
        let control = FakeModelControl()
        let store = InMemoryControlStore()
        let trials = FakeTrialReading()
        let desk = FakeGateDesk()
        let search = FakeSemanticSearch()
        let (ports, continuation) = AsyncStream<Int>.makeStream()
        let server = try AdminServer(
            configuration: AdminConfiguration(port: 0, token: token),
            control: control,
            store: store,
            trials: trials,
            desk: desk,
            search: hasSearch ? .success(search) : .failure(SearchUnavailable("search is switched off")),
            info: AdminInfo(version: "1.2.3", onnxRuntimeVersion: "1.32.0", startedAt: 1_700_000_000_000_000),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: Self.quiet,
            metrics: { "teal_up 1\n" },
            figures: { LiveFigures(at: 0, seconds: 1, models: [:]) },
            readiness: { reasons },
            onListening: { port in continuation.yield(port) }
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: Self.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            var iterator = ports.makeAsyncIterator()
            if let port = await iterator.next() {
                let fixture = AdminFixture(
                    control: control,
                    store: store,
                    trials: trials,
                    desk: desk,
                    search: search,
                    acknowledged: server.acknowledged,
                    port: port
                )
                let result: Result<Void, any Error>
                do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return try result.get()
            }
            try await tasks.waitForAll()
        }
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// One raw request. The client blocks a thread of its own: the dispatch queues' threads are also the tasks', and
    /// there are only as many as processors.
    func send(
        _ method: String,
        _ path: String,
        _ body: String? = nil,
        headers: [String: String] = [:],
        token: String? = nil
    ) async throws -> AdminAnswer {
        try await self.client(token: token) { client in
            try client.send(method, path, body: body, headers: headers)
        }
    }

    func client<Value: Sendable>(
        token: String? = nil,
        _ body: @escaping @Sendable (AdminClient) throws -> Value
    ) async throws -> Value {
        let address = "http://127.0.0.1:\(self.port)"
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try body(AdminClient(address: address, token: token)) })
            }
        }
    }
}

/// The parts of an error answer that tests look at.
extension AdminAnswer {
    var error: ErrorDocument.Content? { try? self.decode(ErrorDocument.self).error }
}

extension AdminRoutes.Route {
    /// Its answer goes on until one side ends it.
    var isEndless: Bool { self.path == "/admin/v1/events" }
}
