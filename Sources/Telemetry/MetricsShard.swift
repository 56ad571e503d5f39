/// All that one event loop counts. Not `Sendable`: it lives and is read on its loop; `snapshot()` is what leaves it.
package final class MetricsShard {
    /// Requests whose head was complete, on any route.
    package var accepted: UInt64 = 0
    package var answered: UInt64 = 0
    package var aborted: UInt64 = 0
    package var shed: UInt64 = 0
    package var connectionsOpened: UInt64 = 0
    package var connectionsClosed: UInt64 = 0
    private var rejections = [UInt64](repeating: 0, count: ConnectionRejection.allCases.count)
    private var series: [SeriesKey: SlotCounters] = [:]

    package init() {}

    package func reject(_ reason: ConnectionRejection) {
        self.rejections[Int(reason.rawValue)] &+= 1
    }

    /// The counters of `key`, made on first use and kept: a version loaded again continues its series.
    package func counters(for key: SeriesKey) -> SlotCounters {
        if let counters = self.series[key] { return counters }
        let counters = SlotCounters()
        self.series[key] = counters
        return counters
    }

    package func snapshot() -> MetricsSnapshot {
        var snapshot = MetricsSnapshot()
        snapshot.accepted = self.accepted
        snapshot.answered = self.answered
        snapshot.aborted = self.aborted
        snapshot.shed = self.shed
        snapshot.connectionsOpened = self.connectionsOpened
        snapshot.connectionsClosed = self.connectionsClosed
        snapshot.rejections = self.rejections
        snapshot.series = self.series.mapValues { .init(outcomes: $0.outcomes, latency: $0.latency) }
        return snapshot
    }
}

/// Why a connection was refused or closed by us before a request was complete.
package enum ConnectionRejection: UInt8, Sendable, CaseIterable {
    case tooManyConnections, tooManyFromAddress, headTimeout, bodyTimeout, idle, writeStall, malformedHead, headTooLarge
    case bodyTooLarge

    package var label: String { "\(self)" }
}
