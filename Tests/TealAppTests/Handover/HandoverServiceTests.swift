import Foundation
import Logging
import ServiceLifecycle
import ServingCore
import Synchronization
import SystemPackage
import TealApp
import TestSupport
import Testing

@Suite("A running gateway and those who come for its place", .timeLimit(.minutes(1)))
struct HandoverServiceTests {
    private static let hello = HandoverMessage.hello(version: HandoverMessage.version)

    /// Runs `body` while a service waits in a folder of its own, then stops it.
    private func with(
        folder name: String = "data",
        limit: Duration = .seconds(60),
        _ body: (FakeHandover, FilePath) async throws -> Void
    ) async throws {
        let root = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let folder = FilePath(root).appending(name)
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        let gateway = FakeHandover(folder: folder)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = HandoverService(folder: folder, gateway: gateway, logger: logger, limit: limit)
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(gateway, folder)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private func connect(_ folder: FilePath) async throws -> HandoverLink {
        var socket: FileDescriptor?
        #expect(
            try await eventually {
                socket = try HandoverAddress(folder: folder).connect()
                return socket != nil
            }
        )
        return HandoverLink(try #require(socket))
    }

    private func ask(_ link: HandoverLink, _ message: HandoverMessage) async throws -> HandoverLink.Received? {
        try await onThread {
            Result { () throws(HandoverLink.Failure) in
                try link.send(message)
                return try link.receive()
            }
        }.get()
    }

    @Test("give it away in three steps, with the lock and the listening sockets, and depart")
    func whole() async throws {
        try await self.with { gateway, folder in
            let link = try await self.connect(folder)
            #expect(try await self.ask(link, Self.hello)?.message == .welcome(held: FakeHandover.held))
            #expect(gateway.calls == ["offer"])
            let released = try #require(try await self.ask(link, .prepared))
            let expected = HandoverMessage.released(generation: 3, held: FakeHandover.held, listeners: [.http, .admin])
            #expect(released.message == expected)
            #expect(try released.descriptors.map(FakeHandover.name) == ["lock", "http", "admin"])
            #expect(try await self.ask(link, .ready)?.message == .committed)
            #expect(await eventually { gateway.calls == ["offer", "release", "depart"] })
            for descriptor in released.descriptors { try descriptor.close() }
            // Who comes now is for the other process.
            #expect(try await eventually { try HandoverAddress(folder: folder).connect() == nil })
        }
    }

    @Test("keep it when the other process goes before it is ready, and give it to the next")
    func taken() async throws {
        try await self.with { gateway, folder in
            for round in 1...3 {
                let link = try await self.connect(folder)
                _ = try await self.ask(link, Self.hello)
                for descriptor in try await self.ask(link, .prepared)?.descriptors ?? [] { try descriptor.close() }
                link.hangUp()
                #expect(await eventually { gateway.calls.count { $0 == "reclaim" } == round })
            }
            #expect(gateway.calls.count { $0 == "depart" } == 0)
        }
    }

    @Test("keep it, and do not take it back from one who says nonsense and lives")
    func nonsense() async throws {
        try await self.with { gateway, folder in
            var socket: FileDescriptor?
            #expect(
                try await eventually {
                    socket = try HandoverAddress(folder: folder).connect()
                    return socket != nil
                }
            )
            let raw = try #require(socket)
            let link = HandoverLink(raw)
            _ = try await self.ask(link, Self.hello)
            for descriptor in try await self.ask(link, .prepared)?.descriptors ?? [] { try descriptor.close() }
            try raw.writeAll([2, 0, 0, 0, 0x7B, 0x7B])
            // The next one is told that this one is still there.
            let next = try await self.connect(folder)
            next.limitReceiving(to: .seconds(5))
            let answer = await onThread { try? next.receive()?.message }
            #expect(answer == .refused(reason: "another process is taking over already"))
            #expect(gateway.calls == ["offer", "release"])
            link.hangUp()
            #expect(await eventually { gateway.calls == ["offer", "release", "reclaim"] })
        }
    }

    @Test("are one at a time: a second one is told so")
    func second() async throws {
        try await self.with { _, folder in
            let first = try await self.connect(folder)
            _ = try await self.ask(first, Self.hello)
            let second = try await self.connect(folder)
            let answer = await onThread { try? second.receive()?.message }
            #expect(answer == .refused(reason: "another process is taking over already"))
            #expect(try await self.ask(first, .prepared) != nil)
        }
    }

    @Test("hear why it is not to be had, at once or when it should be let go")
    func refused() async throws {
        try await self.with { gateway, folder in
            gateway.refuse("offer")
            let first = try await self.connect(folder)
            #expect(try await self.ask(first, Self.hello)?.message == .refused(reason: "no offer"))
            gateway.refuse("release")
            let second = try await self.connect(folder)
            _ = try await self.ask(second, Self.hello)
            #expect(try await self.ask(second, .prepared)?.message == .refused(reason: "no release"))
        }
    }

    @Test("are told nothing by a gateway that is stopped, and find the connection closed")
    func stopped() async throws {
        var link: HandoverLink?
        try await self.with { _, folder in
            let connected = try await self.connect(folder)
            _ = try await self.ask(connected, Self.hello)
            link = connected
        }
        let left = try #require(link)
        #expect(try left.receive()?.message == nil)
    }

    @Test("meet at a socket that is the user's own and goes with the gateway")
    func socket() async throws {
        try await self.with { _, folder in
            _ = try await self.connect(folder)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending("handover.sock").string)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("meet also in a folder whose name is longer than a socket's may be")
    func longFolder() async throws {
        let name = Array(repeating: String(repeating: "d", count: 100), count: 3).joined(separator: "/")
        try await self.with(folder: name) { _, folder in
            let link = try await self.connect(folder)
            #expect(try await self.ask(link, Self.hello)?.message == .welcome(held: FakeHandover.held))
        }
    }

    @Test("nobody runs where there is no socket, or only one that was left behind")
    func nobody() throws {
        let folder = FilePath(GatewayProcess.temporaryFolder())
        defer { try? FileManager.default.removeItem(atPath: folder.string) }
        let address = HandoverAddress(folder: folder)
        #expect(try address.connect() == nil)
        try address.listen().close()
        #expect(try address.connect() == nil)
        // And the next one can listen there.
        let listener = try address.listen()
        #expect(try address.connect() != nil)
        try listener.close()
    }
}

/// A gateway that only notes what it is asked to do. What it gives are files with their names in them.
private final class FakeHandover: HandingOver {
    static let held = [
        HeldVersion(model: "m", slot: .blue, source: "/models", version: 1, digest: "d", isLive: true)
    ]

    private let folder: FilePath
    private let state = Mutex((calls: [String](), refusals: Set<String>()))

    init(folder: FilePath) { self.folder = folder }

    var calls: [String] { self.state.withLock { $0.calls } }

    /// The next call of this name fails.
    func refuse(_ name: String) { self.state.withLock { _ = $0.refusals.insert(name) } }

    private func note(_ name: String) throws(ControlError) {
        let isRefused = self.state.withLock { state in
            state.calls.append(name)
            return state.refusals.remove(name) != nil
        }
        if isRefused { throw ControlError(.notReady, "no \(name)") }
    }

    func offer() async throws(ControlError) -> [HeldVersion] {
        try self.note("offer")
        return Self.held
    }

    func release() async throws(ControlError) -> ReleasedGateway {
        try self.note("release")
        do {
            return ReleasedGateway(
                generation: 3,
                held: Self.held,
                lock: try self.file("lock"),
                listeners: try [HandoverListener.http, .admin].map { ($0, try self.file($0.rawValue)) }
            )
        } catch {
            throw ControlError(.notReady, "\(error)")
        }
    }

    func reclaim() async -> Bool { (try? self.note("reclaim")) != nil }

    func depart() async { try? self.note("depart") }

    private func file(_ name: String) throws -> FileDescriptor {
        let file = try FileDescriptor.open(
            self.folder.appending(name),
            .readWrite,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        try file.writeAll(name.utf8)
        return file
    }

    static func name(_ file: FileDescriptor) throws -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
