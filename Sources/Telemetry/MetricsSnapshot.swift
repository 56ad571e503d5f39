/// Counts of one or more shards at one moment; values of several loops add up with `merge`.
package struct MetricsSnapshot: Sendable {
    package struct Series: Sendable {
        package var outcomes: [UInt64]
        package var latency: LatencyHistogram

        package func count(_ outcome: RequestOutcome) -> UInt64 { self.outcomes[Int(outcome.rawValue)] }
    }

    package var accepted: UInt64 = 0
    package var answered: UInt64 = 0
    package var aborted: UInt64 = 0
    package var shed: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    package var connectionsClosed: UInt64 = 0
    package var rejections = [UInt64](repeating: 0, count: ConnectionRejection.allCases.count)
    package var series: [SeriesKey: Series] = [:]
    /// Requests running now, by the routing generation they started on.
    package var inFlight: [UInt64: Int] = [:]
    /// The smallest share of mirrored traffic that an event loop lets through, 0...1.
    package var shadowAdmitted = 1.0

    package init() {}

    package mutating func merge(_ other: MetricsSnapshot) {
        self.accepted &+= other.accepted
        self.answered &+= other.answered
        self.aborted &+= other.aborted
        self.shed &+= other.shed
        self.connectionsOpened &+= other.connectionsOpened
        self.connectionsClosed &+= other.connectionsClosed
        for index in self.rejections.indices { self.rejections[index] &+= other.rejections[index] }
        self.series.merge(other.series) { mine, theirs in
            var sum = mine
            for index in sum.outcomes.indices { sum.outcomes[index] &+= theirs.outcomes[index] }
            sum.latency.merge(theirs.latency)
            return sum
        }
        self.inFlight.merge(other.inFlight, uniquingKeysWith: +)
        self.shadowAdmitted = min(self.shadowAdmitted, other.shadowAdmitted)
    }
}
