import Inference
import ServingCore
import Slots

/// What the manager knows about one model.
struct ModelEntry {
    struct Place {
        var machine = SlotStateMachine()
        var model: LoadedModel?
        /// Where the version that is being loaded comes from, for status while it loads.
        var incoming: (version: Int?, source: String)?
        /// Why the last load into this slot failed, until the next one begins.
        var lastFailure: String?
    }

    /// As last confirmed by the store.
    var record: ModelRecord
    var places: [Slot: Place] = [.blue: Place(), .green: Place()]
    /// Why the model cannot be served at all (a broken manifest), for status and readiness.
    var problem: String?

    init(record: ModelRecord) {
        self.record = record
    }

    subscript(slot: Slot) -> Place {
        get { self.places[slot] ?? Place() }
        set { self.places[slot] = newValue }
    }

    /// The model in `slot` if it can be routed to.
    func answering(_ slot: Slot?) -> LoadedModel? {
        guard let slot, self[slot].machine.canAnswer else { return nil }
        return self[slot].model
    }

    /// What is mirrored: as an operator said, else as the live version's manifest does.
    var traffic: TrafficSettings {
        self.record.traffic ?? self.answering(self.record.live)?.manifest.traffic ?? TrafficSettings()
    }

    func role(of slot: Slot) -> SlotRole {
        if self.record.live == slot { return .live }
        guard self.answering(slot) != nil else { return .none }
        return self.record.standby == slot ? .standby : .candidate
    }

    func status(of slot: Slot) -> SlotStatus {
        let place = self[slot]
        var status = SlotStatus(slot: slot, role: self.role(of: slot), state: place.machine.state.name)
        status.detail =
            switch place.machine.state {
            case .failed(let reason): reason
            case .draining(overdue: true): "requests of an earlier generation are still running"
            case .loading(replacing: true), .warming(replacing: true):
                "what is listed stays until the new version is ready"
            default: place.lastFailure ?? place.model?.warmUp.note
            }
        status.version = place.model?.version ?? place.incoming?.version
        status.source = place.model?.source ?? place.incoming?.source
        status.digest = place.model?.digest
        status.execution = place.model.map { Self.execution($0) }
        status.warmupMicroseconds = place.model?.warmUp.medianNanoseconds.map { Double($0) / 1_000 }
        status.description = place.model?.about.description
        status.metrics = place.model?.about.metrics
        return status
    }

    /// `batched`, `inline` (as long as requests are no larger than what was measured allows) or `workers`.
    private static func execution(_ model: LoadedModel) -> String {
        if model.executor.configuration.isBatching { return "batched" }
        return model.executor.runsInline([]) ? "inline" : "workers"
    }
}
