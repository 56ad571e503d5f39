import Glibc
import HTTP1
package import Logging
import NIOCore
package import NIOPosix
package import Routing
import ServingCore
import Shadow
import Telemetry

/// The data plane's listener: accepts connections, bounds them, and gives each a pipeline on one event loop.
package struct GatewayServer: Sendable {
    private let channel: any Channel
    private let workspaces: EventLoopLocal<LoopWorkspace>
    private let sweeps: [RepeatedTask]
    private let watchdog: LoopWatchdog

    /// The port that is listened on; the system's choice when 0 was asked for.
    package let port: Int

    /// Connections that may wait to be accepted.
    private static let backlog: Int32 = 4_096

    /// Binds and starts to answer. Throws `ListenError` when the address cannot be used.
    ///
    /// - Parameters:
    ///   - inherited: a listening socket to use instead of binding one; it is closed in the end.
    ///   - accepts: false: connections wait in the socket's queue until `accept`.
    package static func start(
        host: String,
        port: Int,
        inherited: CInt? = nil,
        accepts: Bool = true,
        group: MultiThreadedEventLoopGroup,
        publisher: RoutingPublisher,
        options: GatewayOptions,
        logger: Logger
    ) async throws -> GatewayServer {
        let loops = group.makeIterator().map { $0 }.count
        let workspaces = try await EventLoopLocal(group: group) { loop in
            LoopWorkspace(
                routing: publisher.routing(on: loop) ?? LoopRouting(),
                overload: LoopOverload(on: loop, limits: options.overload, loops: loops)
            )
        }
        let admission = ConnectionAdmission(
            total: options.limits.connections ?? Self.defaultConnections,
            perAddress: options.limits.connectionsPerAddress
        )
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.autoRead, value: accepts)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            // One read per wake-up: a second one would only learn that there is nothing more.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 << 10, high: 32 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let workspace = workspaces.value(on: channel.eventLoop) else { throw ChannelError.eof }
                    try Self.admit(channel, admission, workspace)
                    try GatewayPipeline.configure(channel, workspace, options)
                }
            }
        let channel: any Channel
        do {
            if let inherited {
                channel = try await bootstrap.withBoundSocket(inherited).get()
                // SwiftNIO has set the queue to a length of its own, and does not ask the option above.
                _ = listen(inherited, Self.backlog)
            } else {
                channel = try await bootstrap.bind(host: host, port: port).get()
            }
        } catch {
            throw ListenError(host: host, port: port, cause: error, flag: "--http-port")
        }
        let interval = options.limits.sweepInterval
        let watchdog = LoopWatchdog(loops: loops, logger: logger)
        let sweeps = zip(group.makeIterator().map { $0 }, watchdog.beats).flatMap { loop, beat in
            [
                Self.sweepConnections(on: loop, workspaces, every: interval),
                Self.watchPressure(on: loop, workspaces, beat),
            ]
        }
        watchdog.start()
        return GatewayServer(
            channel: channel,
            workspaces: workspaces,
            sweeps: sweeps,
            watchdog: watchdog,
            port: channel.localAddress?.port ?? port
        )
    }

    /// Starts to answer, when `start` did not.
    package func accept() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
    }

    /// A copy of the listening socket, for another process; nil when it is closed. The caller's to close.
    package func listener() async -> CInt? {
        let channel = self.channel
        let copy = try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                fcntl($0, F_DUPFD_CLOEXEC, 0)
            }
        }.get()
        guard let copy, copy >= 0 else { return nil }
        return copy
    }

    /// Accepts no connection any more; every one that was accepted is served. What waits in the socket's queue stays there
    /// for another process that has the socket, and is reset when there is none.
    package func stopAccepting() async {
        try? await self.channel.setOption(.autoRead, value: false).get()
        // A connection that was accepted is on its way over its own loop and back. Closing now would close it too.
        for _ in 0..<2 { _ = try? await self.workspaces.onEachLoop { _ in } }
        try? await self.channel.close().get()
    }

    /// Stops accepting, lets every request that was read be answered, and returns when all connections are closed or
    /// `limit` has passed.
    ///
    /// - Parameter patience: how long a connection without a request may bring one, which is answered with
    ///   `connection: close`; what is idle then is closed. For clients that are to go over to another process unharmed.
    package func shutDown(limit: Duration, patience: Duration = .zero, logger: Logger) async {
        await self.stopAccepting()
        let start = ContinuousClock.now
        let deadline = start + limit
        while let open = try? await self.workspaces.onEachLoop({ workspace in
            if ContinuousClock.now - start < patience {
                workspace.connections.closeAfterNextAnswers()
            } else {
                workspace.connections.closeGracefully()
            }
            return workspace.connections.count
        }), open.reduce(0, +) > 0 {
            guard ContinuousClock.now < deadline else {
                logger.warning("connections still open at the drain limit", metadata: ["open": "\(open.reduce(0, +))"])
                break
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        for sweep in self.sweeps { sweep.cancel() }
        self.watchdog.stop()
    }

    /// Requests that all loops refused because there were too many.
    package func refusals() async -> LoopOverload.Refusals {
        var sum = LoopOverload.Refusals()
        for refusals in (try? await self.workspaces.onEachLoop({ $0.overload.refusals })) ?? [] {
            sum.inFlight &+= refusals.inFlight
            sum.loop &+= refusals.loop
            sum.queue &+= refusals.queue
        }
        return sum
    }

    /// Times an event loop or the whole process stood still.
    package var stalls: UInt64 { self.watchdog.count }

    /// Returns when the listener has closed.
    package func waitUntilClosed() async {
        try? await self.channel.closeFuture.get()
    }

    private static func sweepConnections(
        on loop: any EventLoop,
        _ workspaces: EventLoopLocal<LoopWorkspace>,
        every interval: TimeAmount
    ) -> RepeatedTask {
        let clock = NIOLoopBoundBox.makeBoxSendingValue(SweepClock(interval: interval), eventLoop: loop)
        return loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            workspaces.value(on: loop)?.connections.sweep(now: clock.value.time(at: .now()))
        }
    }

    /// Looks twenty times a second how hard the loop is pressed and how long requests wait.
    private static func watchPressure(
        on loop: any EventLoop,
        _ workspaces: EventLoopLocal<LoopWorkspace>,
        _ beat: LoopWatchdog.Beat
    ) -> RepeatedTask {
        let interval = TimeAmount.milliseconds(50)
        let planned = NIOLoopBoundBox.makeBoxSendingValue(NIODeadline.now() + interval, eventLoop: loop)
        return loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let now = NIODeadline.now()
            let late = UInt64(clamping: (now - planned.value).nanoseconds)
            beat.note(now: now.uptimeNanoseconds)
            if let workspace = workspaces.value(on: loop) {
                workspace.routing.pressure.sample(now: now.uptimeNanoseconds, late: late)
                workspace.overload.look(workspace.routing, now: now.uptimeNanoseconds, late: late)
            }
            planned.value = now + interval
        }
    }

    private static func admit(
        _ channel: any Channel,
        _ admission: ConnectionAdmission,
        _ workspace: LoopWorkspace
    ) throws {
        let address = channel.remoteAddress?.ipAddress ?? "local"
        if let rejection = admission.enter(address) {
            workspace.routing.metrics.reject(rejection)
            throw ChannelError.eof
        }
        channel.closeFuture.whenComplete { _ in admission.leave(address) }
    }

    private static var defaultConnections: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 450 }
        return Int(clamping: limit.rlim_cur) / 100 * 45
    }
}

/// An address that could not be listened on, in a sentence for whoever starts the gateway.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    package init(host: String, port: Int, cause: any Error, flag: String) {
        if let error = cause as? IOError, error.errnoCode == EADDRINUSE {
            self.description =
                "port \(port) on \(host) is already in use; stop what uses it or choose another with \(flag)"
        } else {
            self.description = "cannot listen on \(host):\(port): \(cause)"
        }
    }
}
