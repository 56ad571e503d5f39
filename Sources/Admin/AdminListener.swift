import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// The admin API's listening socket and the connections that came in by it. Hummingbird's own server can neither listen
/// on a socket that is there already nor stop accepting without closing what it has just accepted.
final class AdminListener: Sendable {
    private struct State {
        var server: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        /// Answers from now on are the last of their connections.
        var isClosing = false
        /// Connections without a request are closed.
        var isClosed = false
    }

    private let state = Mutex(State())
    private let group: any EventLoopGroup

    init(group: any EventLoopGroup) { self.group = group }

    var isClosing: Bool { self.state.withLock(\.isClosing) }

    func open(_ server: any Channel) { self.state.withLock { $0.server = server } }

    /// Answers until the listener and all connections are closed, or the task is cancelled.
    func serve(
        _ server: NIOAsyncChannel<HTTP1Channel.Value, Never>,
        _ http: HTTP1Channel,
        logger: Logger
    ) async {
        await withDiscardingTaskGroup { group in
            do {
                try await server.executeThenClose { inbound in
                    for try await connection in inbound {
                        self.add(connection.channel)
                        group.addTask {
                            await http.handle(value: connection, logger: logger)
                            self.remove(connection.channel)
                        }
                    }
                }
            } catch is CancellationError {
                // Told to stop at once.
            } catch {
                logger.error("the admin API accepts nothing more", metadata: ["error": "\(error)"])
            }
        }
    }

    /// A copy of the listening socket; nil when it is closed.
    func copy() async -> CInt? {
        guard let server = self.state.withLock(\.server) else { return nil }
        let copy = try? await server.eventLoop.submit {
            try server.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                fcntl($0, F_DUPFD_CLOEXEC, 0)
            }
        }.get()
        guard let copy, copy >= 0 else { return nil }
        return copy
    }

    /// Closes the listening socket; every connection that was accepted is served.
    func stopAccepting() async {
        let server = self.state.withLock { state in
            state.isClosing = true
            return state.server.take()
        }
        guard let server else { return }
        try? await server.setOption(.autoRead, value: false).get()
        // A connection that was accepted is on its way over its own loop and back. Closing now would close it too.
        for _ in 0..<2 {
            for loop in self.group.makeIterator() { try? await loop.submit {}.get() }
        }
        try? await server.close().get()
    }

    /// Accepts nothing more, and ends each connection as soon as what it asked for is answered.
    func close() async {
        await self.stopAccepting()
        let connections = self.state.withLock { state in
            state.isClosed = true
            return state.connections.values
        }
        for connection in connections { Self.endWhenIdle(connection) }
    }

    private func add(_ connection: any Channel) {
        let isClosed = self.state.withLock { state in
            state.connections[ObjectIdentifier(connection)] = connection
            return state.isClosed
        }
        if isClosed { Self.endWhenIdle(connection) }
    }

    private func remove(_ connection: any Channel) {
        self.state.withLock { state in _ = state.connections.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    private static func endWhenIdle(_ connection: any Channel) {
        connection.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}
