/// What happened within about one second, as the dashboard's charts draw it: an element of `GET /admin/v1/events`.
package struct LiveFigures: Sendable, Codable, Equatable {
    /// One side of one model.
    package struct Side: Sendable, Codable, Equatable {
        /// Nil where several versions may have answered, or where the side is no slot.
        package var version: Int?
        /// Requests that ended.
        package var requests: UInt64
        /// Of those: failed, timed out, invalid or turned away.
        package var errors: UInt64
        /// Seconds; nil when nothing ended.
        package var p50: Double?
        package var p99: Double?

        package init(version: Int? = nil, requests: UInt64, errors: UInt64, p50: Double?, p99: Double?) {
            self.version = version
            self.requests = requests
            self.errors = errors
            self.p50 = p50
            self.p99 = p99
        }
    }

    /// Both sides of the pairs that were made: times of the models' runs alone, which can be compared.
    package struct Mirrored: Sendable, Codable, Equatable {
        package var pairs: UInt64
        package var live: Side
        package var candidate: Side

        package init(pairs: UInt64, live: Side, candidate: Side) {
            self.pairs = pairs
            self.live = live
            self.candidate = candidate
        }
    }

    package struct Model: Sendable, Codable, Equatable {
        package var revision: Int64
        /// Requests of clients by the slot that answered, whole time in the gateway; without those that had none.
        package var slots: [String: Side]
        package var mirrored: Mirrored?

        package init(revision: Int64, slots: [String: Side], mirrored: Mirrored?) {
            self.revision = revision
            self.slots = slots
            self.mirrored = mirrored
        }
    }

    /// ISO 8601, UTC: the interval's end.
    package var at: String
    /// The interval's length.
    package var seconds: Double
    package var models: [String: Model]

    package init(at: Int64, seconds: Double, models: [String: Model]) {
        self.at = Timestamp.iso8601(microseconds: at)
        self.seconds = seconds
        self.models = models
    }
}
