package import NIOCore

/// What the data plane accepts, and for how long it waits. The defaults are safe for untrusted clients.
package struct HTTPLimits: Sendable, Equatable {
    /// Request line and header fields together.
    package var headBytes = 64 << 10
    package var headerFieldBytes = 16 << 10
    package var headerFields = 100
    package var targetBytes = 8 << 10
    package var bodyBytes = 8 << 20
    /// From the first byte of a head to its last.
    package var headTimeout = TimeAmount.seconds(5)
    /// Between two pieces of a body.
    package var bodyIdleTimeout = TimeAmount.seconds(10)
    package var bodyTimeout = TimeAmount.seconds(60)
    /// Between an answer and the next request.
    package var keepAliveIdle = TimeAmount.seconds(60)
    /// How long a client may refuse to read an answer.
    package var writeStallTimeout = TimeAmount.seconds(30)
    package var requestsPerConnection = 1_000
    package var connectionsPerAddress = 256
    /// Nil: 45 % of the process's limit of open files.
    package var connections: Int?

    package init() {}

    /// How often deadlines are looked at: often enough that none is overrun by more than a quarter.
    package var sweepInterval: TimeAmount {
        let shortest =
            [
                self.headTimeout, self.bodyIdleTimeout, self.bodyTimeout, self.keepAliveIdle, self.writeStallTimeout,
            ].min() ?? .seconds(1)
        return max(.milliseconds(10), min(.seconds(1), .nanoseconds(shortest.nanoseconds / 4)))
    }
}
