import NIOCore
import Telemetry

/// Which wait a connection is in and when it ends. Pure: time is passed in.
struct ConnectionDeadline {
    enum Wait: Equatable {
        /// Between requests, or before the first.
        case idle
        case head
        case body(since: NIODeadline)
        /// The answer is being made; its own time-out applies.
        case executing
        /// The client does not read what was written.
        case writing
        /// An error was sent; the rest of what the client sends is thrown away.
        case lingering
    }

    private(set) var wait = Wait.idle
    private(set) var at: NIODeadline

    init(limits: HTTPLimits, now: NIODeadline) {
        self.at = now + .init(limits.keepAliveIdle)
    }

    mutating func enter(_ wait: Wait, limits: HTTPLimits, now: NIODeadline) {
        self.wait = wait
        switch wait {
        case .idle: self.at = now + .init(limits.keepAliveIdle)
        case .head: self.at = now + .init(limits.headTimeout)
        case .body(let since):
            self.at = min(now + .init(limits.bodyIdleTimeout), since + .init(limits.bodyTimeout))
        case .executing: self.at = .distantFuture
        case .writing: self.at = now + .init(limits.writeStallTimeout)
        case .lingering: self.at = now + .seconds(1)
        }
    }

    /// Why the connection must end now, for the counters; nil while it may go on.
    func expired(at now: NIODeadline) -> ConnectionRejection? {
        guard now >= self.at else { return nil }
        switch self.wait {
        case .idle, .lingering: return .idle
        case .head: return .headTimeout
        case .body: return .bodyTimeout
        case .writing: return .writeStall
        case .executing: return nil
        }
    }
}
