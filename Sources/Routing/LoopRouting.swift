package import NIOCore
import ServingCore
package import Shadow
import Slots
package import Telemetry

/// One event loop's view of the world: today's routing table and what the loop counts. Connections keep this, never
/// a table or a handle, so an idle connection pins no generation.
package final class LoopRouting {
    package private(set) var table = RoutingTable(generation: 0, isReady: false, models: [:])
    package let metrics = MetricsShard()
    package let pressure = LoopPressure()
    /// Headers worth keeping, names in lower case: the segments of all models, and the request's id, while anything is
    /// mirrored; the keys of splits.
    package private(set) var capturedHeaders: [String] = []
    private var mirrors: [String: ModelMirror] = [:]
    /// Of the splits that run.
    private var splits: [String: SplitCounters] = [:]
    package let upstreams: LoopUpstreams
    /// What is in flight, by handle.
    private var running: [RunningCount] = []

    /// - Parameter loop: the loop this belongs to; without one, no remote version can be routed to.
    package init(on loop: (any EventLoop)? = nil) {
        self.upstreams = LoopUpstreams(on: loop)
    }

    /// Replaces the table. Requests that run keep the handles they have.
    package func install(_ plan: RoutingPlan) {
        self.running.removeAll(where: \.isOver)
        var models: [String: ModelRoute] = [:]
        for (name, entry) in plan.models { models[name] = self.route(name, entry) }
        for (name, route) in models { route.mirror = self.mirrors[name] }
        self.splits = models.compactMapValues { $0.split?.counters }
        self.upstreams.keep(only: models.values.flatMap { [$0.blue, $0.green] }.compactMap { $0?.model })
        self.table = RoutingTable(generation: plan.generation, isReady: plan.isReady, models: models)
        self.captureHeaders()
    }

    private func route(_ name: String, _ entry: RoutingPlan.Entry) -> ModelRoute {
        let handles = entry.leases.mapValues(self.handle)
        var split: ModelSplit?
        if let plan = entry.split, let live = entry.live, handles[live] != nil, let candidate = handles[live.other] {
            let known = self.splits[name].flatMap { $0.tally.epoch == plan.epoch ? $0 : nil }
            split = ModelSplit(plan, candidate: candidate, counters: known)
        }
        return ModelRoute(
            name: name,
            live: entry.live,
            blue: handles[.blue],
            green: handles[.green],
            allowsSlotHeader: entry.allowsSlotHeader,
            split: split
        )
    }

    /// Replaces what is mirrored. Lanes of trials that go on are kept; the others are sealed, so that nothing enters them
    /// once this has returned.
    package func install(_ plans: [String: MirrorPlan]) {
        var mirrors: [String: ModelMirror] = [:]
        for (name, plan) in plans {
            let known = self.mirrors[name].flatMap { $0.lane.trial === plan.trial ? $0.lane : nil }
            let lane = known ?? MirrorLane(plan.trial, settings: plan.settings, pressure: self.pressure)
            lane.settings = plan.settings
            mirrors[name] = ModelMirror(lane: lane, segments: plan.segments)
        }
        for (name, mirror) in self.mirrors where mirrors[name]?.lane !== mirror.lane { mirror.lane.seal() }
        self.mirrors = mirrors
        for (name, route) in self.table.models { route.mirror = mirrors[name] }
        self.captureHeaders()
    }

    private func captureHeaders() {
        var headers = Set(self.table.models.values.compactMap { $0.split?.header })
        for mirror in self.mirrors.values {
            headers.insert(Self.requestIDHeader)
            for case .header(let name) in mirror.segments { headers.insert(name) }
        }
        if self.table.models.values.contains(where: \.isRemote) { headers.formUnion(Self.passedOn) }
        self.capturedHeaders = headers.sorted()
    }

    /// Headers of a request that a remote server is given too: they tell one request through several services.
    private static let passedOn = [LoopRouting.requestIDHeader, "traceparent", "tracestate"]

    /// Names a request that has no id of its own.
    package static let requestIDHeader = "x-request-id"

    /// What was counted of the splits that run, by model.
    package var splitTallies: [String: SplitTally] { self.splits.mapValues(\.tally) }

    package func snapshot() -> MetricsSnapshot {
        var snapshot = self.metrics.snapshot()
        snapshot.shadowAdmitted = self.pressure.admitted
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
        let handle = SlotHandle(
            lease,
            counters: self.metrics.counters(for: key),
            upstream: self.upstreams.upstream(of: lease.model)
        )
        self.running.append(handle.running)
        return handle
    }
}
