import Glibc
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

    /// The port that is listened on; the system's choice when 0 was asked for.
    package let port: Int

    /// Binds and starts to answer. Throws `ListenError` when the address cannot be used.
    package static func start(
        host: String,
        port: Int,
        group: MultiThreadedEventLoopGroup,
        publisher: RoutingPublisher,
        options: GatewayOptions
    ) async throws -> GatewayServer {
        let workspaces = try await EventLoopLocal(group: group) { loop in
            LoopWorkspace(routing: publisher.routing(on: loop) ?? LoopRouting())
        }
        let admission = ConnectionAdmission(
            total: options.limits.connections ?? Self.defaultConnections,
            perAddress: options.limits.connectionsPerAddress
        )
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4_096)
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
            channel = try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw ListenError(host: host, port: port, cause: error, flag: "--http-port")
        }
        let interval = options.limits.sweepInterval
        let sweeps = group.makeIterator().flatMap { loop in
            [
                loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
                    workspaces.value(on: loop)?.connections.sweep(now: .now())
                },
                Self.watchPressure(on: loop, workspaces),
            ]
        }
        return GatewayServer(
            channel: channel,
            workspaces: workspaces,
            sweeps: sweeps,
            port: channel.localAddress?.port ?? port
        )
    }

    /// Stops accepting, lets every request that was read be answered, and returns when all connections are closed or
    /// `limit` has passed.
    package func shutDown(limit: Duration, logger: Logger) async {
        try? await self.channel.close().get()
        let deadline = ContinuousClock.now + limit
        while let open = try? await self.workspaces.onEachLoop({ workspace in
            workspace.connections.closeGracefully()
            return workspace.connections.count
        }), open.reduce(0, +) > 0 {
            guard ContinuousClock.now < deadline else {
                logger.warning("connections still open at the drain limit", metadata: ["open": "\(open.reduce(0, +))"])
                break
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
        for sweep in self.sweeps { sweep.cancel() }
    }

    /// Returns when the listener has closed.
    package func waitUntilClosed() async {
        try? await self.channel.closeFuture.get()
    }

    /// Looks twenty times a second how hard the loop is pressed.
    private static func watchPressure(on loop: any EventLoop, _ workspaces: EventLoopLocal<LoopWorkspace>)
        -> RepeatedTask
    {
        let interval = TimeAmount.milliseconds(50)
        let planned = NIOLoopBoundBox.makeBoxSendingValue(NIODeadline.now() + interval, eventLoop: loop)
        return loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let now = NIODeadline.now()
            workspaces.value(on: loop)?.routing.pressure.sample(
                now: now.uptimeNanoseconds,
                late: UInt64(clamping: (now - planned.value).nanoseconds)
            )
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
