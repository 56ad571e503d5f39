import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
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
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void

    /// Throws one line when the configuration would open the API to others without a token.
    ///
    /// - Parameters:
    ///   - metrics: the text of `/metrics`.
    ///   - readiness: reasons why not ready; empty when ready.
    ///   - acknowledged: give one in when `metrics` reports it.
    ///   - onListening: called once with the bound port.
    package init(
        configuration: AdminConfiguration,
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
        readiness: @escaping @Sendable () async -> [String],
        onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(AdminStartError) {
        try configuration.validate()
        self.configuration = configuration
        self.acknowledged = acknowledged
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
        self.handlers = AdminHandlers(
            control: control,
            store: store,
            trials: trials,
            desk: desk,
            search: search,
            info: info,
            metrics: metrics,
            readiness: readiness,
            acknowledged: acknowledged
        )
    }

    package func run() async throws {
        let gate = AdminGate(
            sameOrigin: SameOrigin(host: self.configuration.host, requiresOwnHost: self.configuration.token == nil),
            token: self.configuration.token.map(BearerToken.init)
        )
        let onListening = self.onListening
        let limits = HTTP1Channel.Configuration(
            idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 * 1024,
                maxHeaderListSize: 64 * 1024,
                maxHeaderFieldCount: 100
            )
        )
        let application = Application(
            router: self.handlers.router(gate: gate),
            server: .http1(configuration: limits),
            configuration: ApplicationConfiguration(
                address: .hostname(self.configuration.host, port: self.configuration.port)
            ),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { onListening(port) }
            },
            eventLoopGroupProvider: .shared(self.eventLoopGroup),
            logger: self.logger
        )
        do {
            try await application.run()
        } catch is SocketAddressError {
            throw AdminStartError("the admin API cannot listen on \(self.configuration.host): unknown host")
        } catch let error as IOError {
            let address = "\(self.configuration.host):\(self.configuration.port)"
            guard error.errnoCode != EADDRINUSE else {
                throw AdminStartError(
                    "port \(self.configuration.port) on \(self.configuration.host) is already in use; "
                        + "stop what uses it or choose another with --admin-port"
                )
            }
            throw AdminStartError(
                "the admin API cannot listen on \(address): \(String(cString: strerror(error.errnoCode)))"
            )
        }
    }
}
