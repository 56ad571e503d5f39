import Glibc
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import NIOPosix
package import Promotion
package import SemanticSearch
import ServiceLifecycle
package import ServingCore
package import Trials

/// The control plane's HTTP server: admin API, metrics, probes. Runs until cancelled or shut down gracefully, then
/// finishes the requests it has. Uses only the event loops it is given, never the data plane's.
package struct AdminServer: Service {
    /// Changes acknowledged so far.
    package let acknowledged: AdminCounter

    private let configuration: AdminConfiguration
    private let handlers: AdminHandlers
    private let inherited: CInt?
    private let eventLoopGroup: any EventLoopGroup
    private let listener: AdminListener
    private let logger: Logger
    private let feed: LiveFeed
    private let figures: @Sendable () async -> LiveFigures
    private let onListening: @Sendable (Int) -> Void

    /// Throws one line when the configuration would open the API to others without a token.
    ///
    /// - Parameters:
    ///   - inherited: a listening socket to use instead of binding one; it is closed in the end.
    ///   - metrics: the text of `/metrics`.
    ///   - figures: what happened since it was called last; called once a second while the server runs.
    ///   - readiness: reasons why not ready; empty when ready.
    ///   - acknowledged: give one in when `metrics` reports it.
    ///   - onListening: called once with the bound port.
    package init(
        configuration: AdminConfiguration,
        inherited: CInt? = nil,
        control: any ModelControl,
        store: any ControlStore,
        trials: any TrialReading,
        desk: any GateDesk,
        search: Result<any SemanticSearching, SearchUnavailable>,
        info: AdminInfo,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        acknowledged: AdminCounter = AdminCounter(),
        metrics: @escaping @Sendable () async -> String,
        figures: @escaping @Sendable () async -> LiveFigures,
        readiness: @escaping @Sendable () async -> [String],
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(AdminStartError) {
        try configuration.validate()
        self.configuration = configuration
        self.inherited = inherited
        self.acknowledged = acknowledged
        self.eventLoopGroup = eventLoopGroup
        self.listener = AdminListener(group: eventLoopGroup)
        self.logger = logger
        self.onListening = onListening
        self.figures = figures
        self.feed = LiveFeed()
        self.handlers = AdminHandlers(
            control: control,
            store: store,
            trials: trials,
            desk: desk,
            search: search,
            info: info,
            metrics: metrics,
            readiness: readiness,
            acknowledged: acknowledged,
            feed: self.feed
        )
    }

    package func run() async throws {
        let gate = AdminGate(
            sameOrigin: SameOrigin(host: self.configuration.host, requiresOwnHost: self.configuration.token == nil),
            token: self.configuration.token.map(BearerToken.init)
        )
        let http = self.http(self.handlers.router(gate: gate).buildResponder())
        let server = try await self.listen(http)
        self.listener.open(server.channel)
        let port = server.channel.localAddress?.port ?? self.configuration.port
        self.logger.info("the admin API listens", metadata: ["host": "\(self.configuration.host)", "port": "\(port)"])
        self.onListening(port)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.feed.run(self.figures) }
                await self.listener.serve(server, http, logger: self.logger)
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.feed.end()
            Task { await self.listener.close() }
        }
        // A service that ends out of its turn ends the others.
        if self.listener.isClosing { try? await gracefulShutdown() }
    }

    /// A socket that listens where `configuration` says, to start a server on later. Blocks while a name is looked up.
    package static func listen(_ configuration: AdminConfiguration) throws(AdminStartError) -> CInt {
        let host = configuration.host
        guard let address = try? SocketAddress.makeAddressResolvingHost(host, port: configuration.port) else {
            throw AdminStartError("the admin API cannot listen on \(host): unknown host")
        }
        let family = CInt(address.protocol.rawValue)
        let socket = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var isOne: CInt = 1
        let size = socklen_t(MemoryLayout<CInt>.size)
        guard socket >= 0, setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isOne, size) == 0,
            address.withSockAddr({ bind(socket, $0, socklen_t($1)) }) == 0, Glibc.listen(socket, 256) == 0
        else {
            let problem = errno
            close(socket)
            guard problem != EADDRINUSE else {
                throw AdminStartError(
                    "port \(configuration.port) on \(host) is already in use; stop what uses it or choose another with "
                        + "--admin-port"
                )
            }
            throw AdminStartError(
                "the admin API cannot listen on \(host):\(configuration.port): \(String(cString: strerror(problem)))"
            )
        }
        return socket
    }

    /// A copy of the listening socket, for another process; nil when there is none. The caller's to close.
    package func listeningSocket() async -> CInt? { await self.listener.copy() }

    /// Accepts nothing more and returns. What is connected may bring one more request, whose answer says that it is the
    /// last; after `patience` only what is being answered goes on.
    package func retire(patience: Duration) async {
        await self.listener.stopAccepting()
        // Who follows the figures asks again, and gets them from the process that takes over.
        self.feed.end()
        Task {
            try? await Task.sleep(for: patience)
            await self.listener.close()
        }
    }

    private func http(_ responder: some HTTPResponder<AdminContext>) -> HTTP1Channel {
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [WriteStallHandler()],
            idleTimeout: .seconds(60)
        )
        configuration.httpDecoder.maxHeaderFieldSize = 16 * 1024
        configuration.httpDecoder.maxHeaderListSize = 64 * 1024
        configuration.httpDecoder.maxHeaderFieldCount = 100
        let logger = self.logger
        let listener = self.listener
        return HTTP1Channel(
            responder: { request, writer, channel in
                let context = AdminContext(source: .init(channel: channel, logger: logger))
                var response = try await responder.respond(to: request, context: context)
                response.headers.set("Date", Timestamp.httpNow())
                if listener.isClosing {
                    response.headers.set("Connection", "close")
                    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
                }
                try await writer.write(response: response.head, body: response.body)
            },
            configuration: configuration
        )
    }

    private func listen(_ http: HTTP1Channel) async throws -> NIOAsyncChannel<HTTP1Channel.Value, Never> {
        let logger = self.logger
        let socket = try self.inherited ?? Self.listen(self.configuration)
        return try await ServerBootstrap(group: self.eventLoopGroup)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(socket) { http.setup(channel: $0, logger: logger) }
    }
}
