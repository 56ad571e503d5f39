package import NIOCore

/// What to send, where to, how fast and for how long.
package struct LoadConfiguration: Sendable {
    package enum Pace: Sendable, Equatable {
        /// Requests fall due at this fixed rate per second, whatever the answers do. Latency counts from the moment a
        /// request fell due, so a stall of the server shows in every request it delayed.
        case open(rate: Double)
        /// Each connection sends its next request when the last one was answered.
        case closed
    }

    package var target: SocketAddress
    /// Sent in turn, again and again. Not empty.
    package var requests: [PreparedRequest]
    package var pace: Pace
    /// Kept alive and spread evenly over the event loops; at least 1.
    package var connections: Int
    /// Number of requests after which the run ends; nil means no such bound.
    package var count: Int?
    /// Time after which no further request falls due; nil means no such bound.
    package var duration: TimeAmount?
    /// From the first byte sent to the last byte of the answer; also the bound of one attempt to connect, and of how
    /// long after the end of the schedule requests that could not be sent in time are still sent.
    package var timeout: TimeAmount
    /// Makes each request when it is sent, from its number within the run; nil sends `requests` as they are. Called on an
    /// event loop, must not block.
    package var compose: (@Sendable (_ number: Int) -> PreparedRequest)?
    /// Called on an event loop just before a request is written; what it returns comes back as `LoadAnswer.stamp`.
    package var stamp: (@Sendable () -> UInt64)?
    /// Called on an event loop for every complete answer, whatever its status. Must not block.
    package var onAnswer: (@Sendable (LoadAnswer) -> Void)?

    package init(
        target: SocketAddress,
        requests: [PreparedRequest],
        pace: Pace,
        connections: Int,
        count: Int? = nil,
        duration: TimeAmount? = nil,
        timeout: TimeAmount = .seconds(5)
    ) {
        self.target = target
        self.requests = requests
        self.pace = pace
        self.connections = connections
        self.count = count
        self.duration = duration
        self.timeout = timeout
    }

    /// Why a run with these settings is impossible, in words for the person who chose them; nil when all is well.
    package var problem: String? {
        if self.requests.isEmpty { return "there is no request to send" }
        if self.connections < 1 { return "the number of connections must be at least 1" }
        if let count, count < 0 { return "the number of requests must not be negative" }
        if self.timeout <= .nanoseconds(0) { return "the time-out must be positive" }
        if case .open(let rate) = self.pace, !(rate > 0 && rate <= 10_000_000) {
            return "the rate must lie above 0 and at most at 10,000,000 per second"
        }
        return nil
    }
}

/// One complete answer, as a callback sees it.
package struct LoadAnswer: Sendable {
    /// Position in `LoadConfiguration.requests`.
    package var request: Int
    /// Number within the run.
    package var number: Int
    package var status: Int
    /// The answer's `teal-slot` header.
    package var slot: String?
    /// The answer's `teal-version` header.
    package var version: String?
    /// The answer's `teal-generation` header.
    package var generation: UInt64?
    /// From when the request fell due (open) or was taken up (closed) to its last byte.
    package var latencyNanoseconds: UInt64
    /// What `LoadConfiguration.stamp` returned when the request was written; 0 without one.
    package var stamp: UInt64
    package var body: ByteBuffer

    package init(
        request: Int,
        number: Int,
        status: Int,
        slot: String?,
        version: String?,
        generation: UInt64?,
        latencyNanoseconds: UInt64,
        stamp: UInt64,
        body: ByteBuffer
    ) {
        self.request = request
        self.number = number
        self.status = status
        self.slot = slot
        self.version = version
        self.generation = generation
        self.latencyNanoseconds = latencyNanoseconds
        self.stamp = stamp
        self.body = body
    }
}
