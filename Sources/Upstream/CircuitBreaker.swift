package import NIOCore
package import ServingCore

/// Decides whether an endpoint may be asked. Pure: time and chance are passed in.
///
/// closed -> open after so many failures in a row; open -> half-open when its time is up and a request is let through as
/// a probe; half-open -> closed when the probe's answer begins well, -> open for twice as long when it fails.
package struct CircuitBreaker: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case closed(failures: Int)
        case open(until: NIODeadline)
        /// One request is out to try; no other is let through.
        case halfOpen
    }

    package private(set) var state = State.closed(failures: 0)
    /// How often it opened since a whole answer last came.
    private var openings = 0
    private let configuration: BackendConfiguration.Breaker

    package init(_ configuration: BackendConfiguration.Breaker) {
        self.configuration = configuration
    }

    package var isClosed: Bool {
        if case .closed = self.state { true } else { false }
    }

    /// A request may be sent now.
    package func admits(now: NIODeadline) -> Bool {
        switch self.state {
        case .closed: true
        case .open(let until): now >= until
        case .halfOpen: false
        }
    }

    /// Counts a request that will be sent, after `admits`; true when it is the probe. How it ends must be told.
    package mutating func admit() -> Bool {
        guard case .open = self.state else { return false }
        self.state = .halfOpen
        return true
    }

    /// An answer has begun well. A probe has done its work then, however long its answer goes on; but the next failure
    /// opens again.
    package mutating func answered(isProbe: Bool) {
        guard isProbe, self.state == .halfOpen else { return }
        self.state = .closed(failures: max(0, self.configuration.failures - 1))
    }

    /// A whole answer has come.
    package mutating func succeeded() {
        guard self.isClosed else { return }
        self.state = .closed(failures: 0)
        self.openings = 0
    }

    /// No whole answer has come, or one that says the server is broken. What was sent before it opened changes nothing.
    ///
    /// - Returns: true when it opened.
    package mutating func failed(
        isProbe: Bool,
        now: NIODeadline,
        random: inout some RandomNumberGenerator
    ) -> Bool {
        switch self.state {
        case .closed(let failures) where failures + 1 < self.configuration.failures:
            self.state = .closed(failures: failures + 1)
            return false
        case .closed: break
        case .halfOpen: guard isProbe else { return false }
        case .open: return false
        }
        // Up to a quarter less, so that loops and gateways do not all try at once.
        let share = Double.random(in: 0.75...1, using: &random)
        self.state = .open(
            until: now + .nanoseconds(Int64((share * Double(min(self.openNanoseconds, 1 << 60))).rounded()))
        )
        self.openings += 1
        return true
    }

    /// The request ended without telling anything of the endpoint: the next one may be the probe.
    package mutating func abandoned(isProbe: Bool, now: NIODeadline) {
        if isProbe, self.state == .halfOpen { self.state = .open(until: now) }
    }

    /// Somebody else found that the endpoint answers: the next request may try.
    package mutating func recovered(now: NIODeadline) {
        if case .open = self.state { self.state = .open(until: now) }
    }

    private var openNanoseconds: UInt64 {
        let most = max(self.configuration.most, self.configuration.openFor)
        let doubled = self.configuration.openFor.multipliedReportingOverflow(by: 1 << UInt64(min(self.openings, 62)))
        return doubled.overflow ? most : min(most, doubled.partialValue)
    }
}
