import NIOCore
import NIOEmbedded
import ServingCore
import Upstream

/// Opens channels without sockets; the test is the server at their other end.
final class EmbeddedConnector: UpstreamConnector {
    enum Mode {
        case open, refuse
        /// Neither opens nor fails.
        case hang
    }

    private let loop: EmbeddedEventLoop
    /// By the endpoint's description; `open` for those not named.
    var modes: [String: Mode] = [:]
    /// These refuse whatever the mode.
    var refusing: [SocketAddress] = []
    private(set) var addresses: [SocketAddress] = []
    /// How long each of them may take.
    private(set) var times: [TimeAmount] = []
    private(set) var connections: [UpstreamConnection] = []
    private(set) var channels: [EmbeddedChannel] = []
    private(set) var readings: [ReadCount] = []
    /// The endpoint of each channel.
    private(set) var endpoints: [String] = []

    init(_ loop: EmbeddedEventLoop) { self.loop = loop }

    func connect(
        _ connection: UpstreamConnection,
        to address: SocketAddress,
        of endpoint: BackendEndpoint,
        within time: TimeAmount
    ) {
        self.addresses.append(address)
        self.times.append(time)
        self.connections.append(connection)
        let mode = self.refusing.contains(address) ? .refuse : self.modes[endpoint.description] ?? .open
        guard mode != .refuse else { return connection.failedToOpen() }
        let reads = ReadCount()
        let channel = EmbeddedChannel(handlers: [reads, connection], loop: self.loop)
        self.channels.append(channel)
        self.readings.append(reads)
        self.endpoints.append(endpoint.description)
        if mode == .open { channel.connect(to: address, promise: nil) }
    }
}

/// Stands where the socket would be and counts how often more is asked for.
final class ReadCount: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        self.count += 1
        context.read()
    }
}
