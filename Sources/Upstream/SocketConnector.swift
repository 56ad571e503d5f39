import NIOCore
import NIOPosix
import NIOSSL
import ServingCore

/// Opens sockets, with TLS where the endpoint wants it.
final class SocketConnector: UpstreamConnector {
    private let loop: any EventLoop
    private let tls: NIOSSLContext?
    private let serverName: String?

    init(_ backend: Backend, on loop: any EventLoop) {
        self.loop = loop
        self.tls = backend.tls
        self.serverName = backend.configuration.tls.serverName
    }

    func connect(
        _ connection: UpstreamConnection,
        to address: SocketAddress,
        of endpoint: BackendEndpoint,
        within time: TimeAmount
    ) {
        let connection = NIOLoopBound(connection, eventLoop: self.loop)
        let tls = endpoint.isTLS ? self.tls : nil
        let name = TLSContexts.serverName(endpoint, configured: self.serverName)
        ClientBootstrap(group: self.loop)
            .connectTimeout(time)
            // One read per wake-up: a second one would only learn that there is nothing more.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: name)
                        )
                    }
                    try channel.pipeline.syncOperations.addHandler(connection.value)
                }
            }
            .connect(to: address)
            .whenFailure { error in
                if case ChannelError.connectTimeout = error {
                    connection.value.failedToOpen(timedOut: true)
                } else {
                    connection.value.failedToOpen()
                }
            }
    }
}
