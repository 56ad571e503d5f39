/// What one loop counts about one backend: `requests` = `answered` + `cancelled` + all of `failures` + those on their way.
package struct UpstreamCounters: Sendable, Equatable {
    package var requests: UInt64 = 0
    package var answered: UInt64 = 0
    package var cancelled: UInt64 = 0
    /// Requests that were sent to a second or third place.
    package var retries: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    package var connectionsReused: UInt64 = 0
    /// Connections closed because bytes came that nobody had asked for.
    package var unsolicited: UInt64 = 0
    package var breakersOpened: UInt64 = 0
    package var ejections: UInt64 = 0
    private var failed = [UInt64](repeating: 0, count: UpstreamFailure.Reason.allCases.count)

    package init() {}

    package func failures(_ reason: UpstreamFailure.Reason) -> UInt64 { self.failed[Int(reason.rawValue)] }

    package var failures: UInt64 { self.failed.reduce(0, &+) }

    /// All of it has ended.
    package var isSettled: Bool { self.requests == self.answered &+ self.cancelled &+ self.failures }

    package mutating func merge(_ other: UpstreamCounters) {
        self.requests &+= other.requests
        self.answered &+= other.answered
        self.cancelled &+= other.cancelled
        self.retries &+= other.retries
        self.connectionsOpened &+= other.connectionsOpened
        self.connectionsReused &+= other.connectionsReused
        self.unsolicited &+= other.unsolicited
        self.breakersOpened &+= other.breakersOpened
        self.ejections &+= other.ejections
        for index in self.failed.indices { self.failed[index] &+= other.failed[index] }
    }

    package mutating func fail(_ reason: UpstreamFailure.Reason) { self.failed[Int(reason.rawValue)] &+= 1 }
}
