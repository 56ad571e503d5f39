package import Logging
package import Routing
package import ServingCore
import Shadow
package import Slots
import Telemetry

/// Decides what every slot holds and which slot is live: loads, publishes, drains, remembers. Everything that changes
/// routing goes through one gate, is durable before it is acknowledged, and reaches every event loop before it is
/// reported. Loads run outside the gate, so a slow load never delays a rollback.
package actor SlotManager: ModelControl {
    let repository: ModelRepository
    let loader: SlotLoader
    let publisher: RoutingPublisher
    let store: any ControlStore
    let ledger = LeaseLedger()
    let logger: Logger
    /// Microseconds since 1970; injected so that tests own time.
    let now: @Sendable () -> Int64
    /// How long a reply waits for requests that run before the drain is reported as overdue.
    let drainLimit: Duration

    var entries: [String: ModelEntry] = [:]
    var generation: UInt64
    var cutovers = LatencyHistogram()
    /// The store and the repository have been read: from here on `entries` says what should be served.
    var hasStarted = false
    var isShuttingDown = false
    /// What runs is still answered, but nobody should send anything here any more.
    var isLeaving = false
    /// No change is accepted and nothing is mirrored: another process is taking over, or this one is.
    var isFrozen: Bool
    /// Loaded before the start, for the slots that are said to hold these versions.
    var preloaded: [HeldVersion: LoadedModel]
    /// Nil when nothing is ever mirrored.
    let trials: TrialKeeper?
    /// Asked before every promotion; nil: none is needed. Set once, before the start.
    var promotionGate: (any PromotionGate)?
    /// Models with a slot that was held before the start and is not loaded again yet, nor has failed to: a version that is
    /// missing may only be late.
    var restoring: Set<String> = []
    /// What the start could not load and is tried again.
    var late: [String: [Slot: ModelRecord.Held]] = [:]
    /// One of these is being tried: each holds a loading thread until its server answers or its time is over.
    var isRetrying = false
    /// What the event loops mirror to now.
    var mirrored: [String: ShadowTrial] = [:]
    /// What the event loops split by now.
    var splits: [String: SplitPlan] = [:]
    var splitEpoch: UInt64 = 0
    private var gate = SerialGate()

    /// - Parameters:
    ///   - taken: what a gateway whose place is taken left; then nothing is accepted or mirrored until `thaw`.
    package init(
        repository: ModelRepository,
        loader: SlotLoader,
        publisher: RoutingPublisher,
        store: any ControlStore,
        logger: Logger,
        now: @escaping @Sendable () -> Int64,
        drainLimit: Duration = .seconds(30),
        trials: TrialKeeper? = nil,
        taken: TakenSlots? = nil
    ) {
        self.repository = repository
        self.loader = loader
        self.publisher = publisher
        self.store = store
        self.logger = logger
        self.now = now
        self.drainLimit = drainLimit
        self.trials = trials
        self.generation = taken?.generation ?? 0
        self.preloaded = taken?.models ?? [:]
        self.isFrozen = taken?.isFrozen ?? false
    }

    /// Has every promotion need a verdict of `gate`. Call it before the start.
    package func guardPromotions(by gate: any PromotionGate) { self.promotionGate = gate }

    package func status() -> [ModelStatus] {
        self.entries.keys.sorted().compactMap { self.snapshot($0) }
    }

    package func status(of model: String) throws(ControlError) -> ModelStatus {
        guard let status = self.snapshot(model) else { throw self.unknown(model) }
        return status
    }

    /// Why traffic should not be sent here yet: one sentence per model that has no answering live slot.
    package func readiness() -> [String] {
        if self.isShuttingDown || self.isLeaving { return ["the gateway is shutting down"] }
        if !self.hasStarted { return ["the gateway is starting"] }
        return Self.unserved(self.entries)
    }

    private static func unserved(_ entries: [String: ModelEntry]) -> [String] {
        entries.sorted { $0.key < $1.key }.compactMap { name, entry in
            if let problem = entry.problem { return "model '\(name)': \(problem)" }
            guard let live = entry.record.live else { return nil }
            guard entry.answering(live) == nil else { return nil }
            let state = entry.status(of: live)
            return "model '\(name)': live slot \(live.rawValue) is \(state.state)"
                + (state.detail.map { ": \($0)" } ?? "")
        }
    }

    /// Ends loads that are warming up, so that a stop never waits for a model that does not answer.
    package nonisolated func stopLoading() {
        self.loader.stop()
    }

    /// From here on `readiness` says that the gateway is going, while requests that run are answered.
    package func announceStop() { self.isLeaving = true }

    /// No further change is accepted, one that is being made is finished first; models are dropped once the last
    /// request let go of them.
    package func shutDown() async {
        self.loader.stop()
        self.isShuttingDown = true
        await self.enterGate()
        defer { self.gate.leave() }
        await self.stopTrials()
        for name in self.entries.keys { self.entries[name]?.places = [:] }
        await self.publish()
    }

    func snapshot(_ model: String) -> ModelStatus? {
        guard let entry = self.entries[model] else { return nil }
        return ModelStatus(
            model: model,
            revision: entry.record.revision,
            generation: self.generation,
            live: entry.record.live,
            slots: Slot.allCases.map(entry.status),
            draining: self.ledger.draining(model, before: self.generation),
            traffic: entry.traffic,
            isTrafficSet: entry.record.traffic != nil,
            split: entry.split,
            release: self.trials?.book.running(model),
            promotion: entry.record.promotion
        )
    }

    func unknown(_ model: String) -> ControlError {
        let known = self.entries.keys.sorted().joined(separator: ", ")
        return ControlError(.notFound, "no model '\(model)'; known are: \(known.isEmpty ? "none" : known)")
    }

    /// Runs `body` while no other change runs.
    ///
    /// - Parameter evenFrozen: for what belongs to the start, which a process that takes over makes while it is frozen.
    func exclusively<Result>(
        evenFrozen: Bool = false,
        _ body: () async throws(ControlError) -> Result
    ) async throws(ControlError) -> Result {
        await self.enterGate()
        defer { self.gate.leave() }
        guard !self.isShuttingDown else { throw ControlError(.shuttingDown, "the gateway is shutting down") }
        guard !self.isFrozen || evenFrozen else {
            throw ControlError(.shuttingDown, "another process is taking over from the gateway; try again in a moment")
        }
        return try await body()
    }

    private func enterGate() async {
        guard !self.gate.tryEnter() else { return }
        await withCheckedContinuation { self.gate.wait($0) }
    }

    /// Publishes the next generation from what `changed`, or else the confirmed entries, say. Runs in the gate. Cannot
    /// fail while the loops run.
    ///
    /// - Parameter changed: entries that are not confirmed yet; mirroring follows when they are.
    func publish(_ changed: [String: ModelEntry]? = nil) async {
        let entries = changed ?? self.entries
        self.generation += 1
        let plan = RoutingPlan(
            generation: self.generation,
            isReady: !self.isShuttingDown && Self.unserved(entries).isEmpty,
            models: entries.mapValues { entry in
                var leases: [Slot: Lease] = [:]
                for slot in Slot.allCases {
                    leases[slot] = entry.answering(slot).map {
                        self.ledger.open(slot, generation: self.generation, model: $0)
                    }
                }
                let manifest = (entry.answering(entry.record.live) ?? leases.values.first?.model)?.manifest
                return RoutingPlan.Entry(
                    live: entry.record.live,
                    leases: leases,
                    allowsSlotHeader: manifest?.allowsSlotHeader ?? false,
                    split: self.splitPlan(entry)
                )
            }
        )
        do {
            try await self.publisher.publish(plan)
        } catch {
            // Only a loop that has shut down refuses: the process is ending and serves nothing any more.
            self.logger.error("routing not published", metadata: ["error": "\(error)"])
        }
        if changed == nil, !self.isShuttingDown { await self.refreshTrials() }
    }

    /// Waits until no request older than the current generation runs on `model` (in `slot`), at most `drainLimit`.
    func drain(_ model: String, slot: Slot?) async -> Bool {
        let (drained, continuation) = AsyncStream.makeStream(of: Bool.self)
        self.ledger.whenDrained(model, slot: slot, before: self.generation) { continuation.yield(true) }
        let limit = self.drainLimit
        let alarm = Task {
            try await Task.sleep(for: limit)
            continuation.yield(false)
        }
        defer { alarm.cancel() }
        for await result in drained { return result }
        return false
    }
}
