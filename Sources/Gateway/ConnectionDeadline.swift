package import HTTP1
package import NIOCore
package import Telemetry

/// Which wait a connection is in and when it ends. Pure: time is passed in.
package struct ConnectionDeadline {
    package enum Wait: Equatable {
        /// Between requests, or before the first.
        case idle
        case head
        case body(since: NIODeadline)
        /// The answer is being made; its own time-out applies.
        case executing
        /// The client does not read what was written.
        case writing
        /// The last answer is being written; what the client still sends is thrown away.
        case closing
        /// An error was sent before the client had sent all; the rest is thrown away, so that it can read the error.
        case lingering

        /// No further request is taken.
        package var isFinal: Bool { self == .closing || self == .lingering }
    }

    package private(set) var wait = Wait.idle
    package private(set) var at: NIODeadline

    package init(limits: HTTPLimits, now: NIODeadline) {
        self.at = now + limits.keepAliveIdle
    }

    /// Starts a wait and sets when it ends.
    package mutating func enter(_ wait: Wait, limits: HTTPLimits, now: NIODeadline) {
        self.wait = wait
        switch wait {
        case .idle: self.at = now + limits.keepAliveIdle
        case .head: self.at = now + limits.headTimeout
        case .body(let since):
            self.at = min(now + limits.bodyIdleTimeout, since + limits.bodyTimeout)
        case .executing: self.at = .distantFuture
        case .writing, .closing: self.at = now + limits.writeStallTimeout
        case .lingering: self.at = now + .seconds(1)
        }
    }

    /// Why the connection must end now, for the counters; nil while it may go on.
    package func expired(at now: NIODeadline) -> ConnectionRejection? {
        guard now >= self.at else { return nil }
        switch self.wait {
        case .idle, .lingering: return .idle
        case .head: return .headTimeout
        case .body: return .bodyTimeout
        case .writing, .closing: return .writeStall
        case .executing: return nil
        }
    }
}
