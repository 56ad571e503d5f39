/// What one event loop counts about one version in one slot. Written on that loop only.
package final class SlotCounters {
    package private(set) var outcomes = [UInt64](repeating: 0, count: RequestOutcome.allCases.count)
    package private(set) var latency = LatencyHistogram()

    init() {}

    /// Counts one finished request; `nanoseconds` is from its last byte read to its answer handed to the socket.
    package func record(_ outcome: RequestOutcome, nanoseconds: UInt64) {
        self.outcomes[Int(outcome.rawValue)] &+= 1
        if outcome == .answered { self.latency.record(nanoseconds: nanoseconds) }
    }

    package func count(_ outcome: RequestOutcome) -> UInt64 { self.outcomes[Int(outcome.rawValue)] }
}

/// Identifies one series. Bounded: models, slots and versions come from the repository, never from a request.
package struct SeriesKey: Sendable, Hashable {
    package let model: String
    package let slot: String
    package let version: Int

    package init(model: String, slot: String, version: Int) {
        self.model = model
        self.slot = slot
        self.version = version
    }
}
