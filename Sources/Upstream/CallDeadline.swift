package import NIOCore
package import ServingCore

/// Which wait a request is in and when it ends. Pure: time is passed in. Looked at by a sweep, so it costs nothing per
/// read but a flag.
package struct CallDeadline: Sendable, Equatable {
    package enum Phase: Sendable, Equatable {
        /// Waiting for a connection.
        case connecting
        /// Sent; nothing of the answer's head has come.
        case answering
        /// The head has come.
        case reading
    }

    /// Running out of time is the sweep's to find, so an attempt always has some.
    private static let leastConnectTime: Int64 = 1_000_000

    private let timeouts: BackendConfiguration.Timeouts
    private let start: NIODeadline
    private var end: NIODeadline
    package private(set) var phase = Phase.connecting
    private var phaseEnd: NIODeadline
    private var isTouched = false

    package init(_ timeouts: BackendConfiguration.Timeouts, deadline: NIODeadline, now: NIODeadline) {
        self.timeouts = timeouts
        self.start = now
        self.end = min(deadline, now + .nanoseconds(Int64(clamping: timeouts.total)))
        self.phaseEnd = now + .nanoseconds(Int64(clamping: timeouts.connect))
    }

    package mutating func enter(_ phase: Phase, now: NIODeadline) {
        self.phase = phase
        let nanoseconds =
            switch phase {
            case .connecting: self.timeouts.connect
            case .answering: self.timeouts.firstByte
            case .reading: self.timeouts.idle
            }
        self.phaseEnd = now + .nanoseconds(Int64(clamping: nanoseconds))
    }

    /// What each of so many may have of the time that is left for connecting.
    package func connectShare(among addresses: Int, now: NIODeadline) -> TimeAmount {
        let left = (self.phaseEnd - now).nanoseconds / Int64(max(1, addresses))
        return .nanoseconds(max(left, Self.leastConnectTime))
    }

    /// The head has come: the wait for the rest starts with the next look.
    ///
    /// - Parameter isStream: of events, which may go on for longer than any other answer, and than the caller's deadline.
    package mutating func begin(isStream: Bool = false) {
        self.phase = .reading
        self.isTouched = true
        if isStream { self.end = self.start + .nanoseconds(Int64(clamping: self.timeouts.stream)) }
    }

    /// Bytes have come: the wait for the next ones starts with the next look.
    package mutating func touch() { self.isTouched = true }

    /// What has run out; nil while the request may go on.
    ///
    /// - Parameter isPaused: the caller takes nothing at the moment, so the backend is not waited for.
    package mutating func expired(now: NIODeadline, isPaused: Bool) -> UpstreamFailure.Reason? {
        guard now < self.end else { return .totalTimeout }
        if self.phase == .reading, self.isTouched || isPaused { self.enter(.reading, now: now) }
        self.isTouched = false
        guard now >= self.phaseEnd else { return nil }
        switch self.phase {
        case .connecting: return .connectTimeout
        case .answering: return .firstByteTimeout
        case .reading: return .idleTimeout
        }
    }

    /// How often to look: often enough that no time-out is overrun by more than a quarter.
    package static func sweepInterval(_ timeouts: BackendConfiguration.Timeouts) -> TimeAmount {
        let shortest = min(timeouts.connect, timeouts.firstByte, timeouts.idle, timeouts.total, timeouts.stream)
        return max(.milliseconds(10), min(.seconds(1), .nanoseconds(Int64(clamping: shortest / 4))))
    }
}
