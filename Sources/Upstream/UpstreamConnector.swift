package import NIOCore
package import ServingCore

/// Opens connections. Tests put channels without sockets in its place.
package protocol UpstreamConnector: AnyObject {
    /// Opens a channel on this loop with `connection` as its last handler; failing, also to do so in `time`, is told by
    /// `connection.failedToOpen()`.
    func connect(
        _ connection: UpstreamConnection,
        to address: SocketAddress,
        of endpoint: BackendEndpoint,
        within time: TimeAmount
    )
}
