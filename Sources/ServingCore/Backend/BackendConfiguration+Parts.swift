extension BackendConfiguration {
    /// How `https` endpoints are trusted. Files are PEM.
    package struct TLS: Sendable, Equatable {
        /// Nil: the system's authorities.
        package var ca: String?
        /// False trusts anybody who answers.
        package var verify = true
        /// What the certificate must name, if not the address that was connected to; nil: the endpoint's host.
        package var serverName: String?
        /// Ours, with its `key`, for servers that ask for one.
        package var certificate: String?
        package var key: String?

        package init() {}
    }

    /// How long each phase of a request may take, in nanoseconds.
    package struct Timeouts: Sendable, Equatable {
        /// Until the request is on a connection: waiting for a free one, or for a new one to open.
        package var connect: UInt64 = 1_000_000_000
        /// From then to the head of the answer.
        package var firstByte: UInt64 = 30_000_000_000
        /// Between two pieces of the answer.
        package var idle: UInt64 = 30_000_000_000
        /// The whole request, unless its answer is a stream of events.
        package var total: UInt64 = 60_000_000_000
        /// The whole request when its answer is a stream of events: a generation goes on for as long as it is wanted.
        package var stream: UInt64 = 3_600_000_000_000

        package init() {}
    }

    /// Connections that each event loop keeps.
    package struct Pool: Sendable, Equatable {
        /// To each endpoint.
        package var connections = 64
        /// Requests that wait for a connection; the next one is refused.
        package var pending = 256
        /// How long an unused connection is kept, in nanoseconds; less than servers keep theirs: many close after 5 s.
        package var idle: UInt64 = 4_000_000_000

        package init() {}
    }

    /// Requests of our own that tell whether an endpoint can answer.
    package struct Health: Sendable, Equatable {
        /// Below the endpoint's prefix; 2xx is healthy.
        package var path: String
        /// Nanoseconds between two checks of an endpoint.
        package var interval: UInt64 = 5_000_000_000
        package var timeout: UInt64 = 2_000_000_000

        package init(path: String) {
            self.path = path
        }
    }

    /// When an endpoint is left alone, and for how long.
    package struct Breaker: Sendable, Equatable {
        /// Failures in a row that open it.
        package var failures = 5
        /// Nanoseconds until a request may try whether it answers again; doubles with each try that fails, up to `most`.
        package var openFor: UInt64 = 1_000_000_000
        package var most: UInt64 = 30_000_000_000

        package init() {}
    }

    /// What the mirrored leg of one release may use up.
    package struct Budget: Sendable, Equatable {
        package var calls: Int?
        package var tokens: Int?
        package var money: Double?
        /// Money for a million tokens.
        package var promptPrice: Double?
        package var completionPrice: Double?

        package init() {}
    }
}
