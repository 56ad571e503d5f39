/// One request on its way.
package struct Ticket: Sendable, Equatable {
    /// Number within the whole run.
    package var sequence: Int
    /// Latency counts from here; nanoseconds.
    package var due: UInt64
    /// Set when first written.
    package var deadline: UInt64 = .max
    package var stamp: UInt64 = 0
    /// True once it was sent a second time because the server had closed the kept connection under it.
    package var retried = false

    package init(sequence: Int, due: UInt64) {
        self.sequence = sequence
        self.due = due
    }
}

/// One client connection's life over all its TCP connections:
/// `disconnected <-> connecting -> idle <-> busy`, and `finished` from anywhere.
package struct LaneStateMachine {
    package enum State: Sendable, Equatable {
        case disconnected
        /// With the request that waits for the connection, if any.
        case connecting(Ticket?)
        /// `served`: answers this TCP connection has given.
        case idle(served: Int)
        /// `heard`: a byte of the answer has arrived.
        case busy(Ticket, served: Int, heard: Bool)
        case finished
    }

    package enum Action: Sendable, Equatable {
        case none
        case connect
        case send(Ticket)
        /// The lane can take a request.
        case rest
        case complete(Ticket, reconnect: Bool)
        /// The lane can take a request after the failure is counted.
        case fail(Ticket)
        /// The server closed a kept connection before it answered; connect and send again.
        case retry
        /// Close the TCP connection.
        case close
    }

    package private(set) var state = State.connecting(nil)

    /// A lane begins by connecting.
    package init() {}

    /// The lane must be free: `idle` or `disconnected`.
    package mutating func assign(_ ticket: Ticket) -> Action {
        switch self.state {
        case .idle(let served):
            self.state = .busy(ticket, served: served, heard: false)
            return .send(ticket)
        case .disconnected:
            self.state = .connecting(ticket)
            return .connect
        case .connecting, .busy, .finished:
            preconditionFailure("a lane that is not free was given a request")
        }
    }

    package mutating func connected() -> Action {
        switch self.state {
        case .connecting(nil):
            self.state = .idle(served: 0)
            return .rest
        case .connecting(let ticket?):
            self.state = .busy(ticket, served: 0, heard: false)
            return .send(ticket)
        case .disconnected, .idle, .busy, .finished:
            return .close
        }
    }

    package mutating func connectFailed() -> Action {
        guard case .connecting(let ticket) = self.state else { return .none }
        self.state = .disconnected
        return ticket.map { .fail($0) } ?? .rest
    }

    /// The ticket as it was written, with its deadline and stamp.
    package mutating func sent(_ ticket: Ticket) {
        guard case .busy(_, let served, let heard) = self.state else { return }
        self.state = .busy(ticket, served: served, heard: heard)
    }

    package mutating func heard() {
        guard case .busy(let ticket, let served, _) = self.state else { return }
        self.state = .busy(ticket, served: served, heard: true)
    }

    /// `reusable` is false when the server said it will close the connection.
    package mutating func answered(reusable: Bool) -> Action {
        guard case .busy(let ticket, let served, _) = self.state else {
            // An answer nobody asked for.
            if case .idle = self.state { self.state = .disconnected }
            return .close
        }
        self.state = reusable ? .idle(served: served + 1) : .connecting(nil)
        return .complete(ticket, reconnect: !reusable)
    }

    /// The TCP connection is gone, or what it said made no sense (`heard`).
    package mutating func lost() -> Action {
        switch self.state {
        case .idle:
            // No eager reconnect: against a server that closes every connection at once that would never rest.
            self.state = .disconnected
            return .none
        case .busy(var ticket, let served, let heard):
            guard !heard && served > 0 && !ticket.retried else {
                self.state = .disconnected
                return .fail(ticket)
            }
            ticket.retried = true
            self.state = .connecting(ticket)
            return .retry
        case .disconnected, .connecting, .finished:
            return .none
        }
    }

    /// Fails the request if it is past its deadline.
    package mutating func expire(at now: UInt64) -> Action {
        guard case .busy(let ticket, _, _) = self.state, ticket.deadline <= now else { return .none }
        self.state = .disconnected
        return .fail(ticket)
    }

    package mutating func finish() -> Action {
        defer { self.state = .finished }
        switch self.state {
        case .idle, .busy: return .close
        case .disconnected, .connecting, .finished: return .none
        }
    }
}
