import ServingCore
import Slots
package import Telemetry

/// One event loop's view of the world: today's routing table and what the loop counts. Connections keep this, never
/// a table or a handle, so an idle connection pins no generation.
package final class LoopRouting {
    package private(set) var table = RoutingTable(generation: 0, isReady: false, models: [:])
    package let metrics = MetricsShard()
    /// What is in flight, by handle.
    private var running: [RunningCount] = []

    package init() {}

    /// Replaces the table. Requests that run keep the handles they have.
    package func install(_ plan: RoutingPlan) {
        self.running.removeAll(where: \.isOver)
        var models: [String: ModelRoute] = [:]
        for (name, entry) in plan.models {
            models[name] = ModelRoute(
                name: name,
                live: entry.live,
                blue: entry.leases[.blue].map(self.handle),
                green: entry.leases[.green].map(self.handle),
                allowsSlotHeader: entry.allowsSlotHeader
            )
        }
        self.table = RoutingTable(generation: plan.generation, isReady: plan.isReady, models: models)
    }

    package func snapshot() -> MetricsSnapshot {
        var snapshot = self.metrics.snapshot()
        for running in self.running where !running.isOver {
            snapshot.inFlight[running.generation, default: 0] += running.count
        }
        return snapshot
    }

    private func handle(_ lease: Lease) -> SlotHandle {
        let key = SeriesKey(
            model: lease.model.model.description,
            slot: lease.slot.rawValue,
            version: lease.model.version
        )
        let handle = SlotHandle(lease, counters: self.metrics.counters(for: key))
        self.running.append(handle.running)
        return handle
    }
}
