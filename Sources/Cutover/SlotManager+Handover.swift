package import ServingCore
package import Slots

/// What a process that takes another's place brings to its start.
package struct TakenSlots: Sendable {
    /// The other's last one: numbers of generations go on from there.
    package var generation: UInt64
    package var models: [HeldVersion: LoadedModel]
    /// The store may go back to the other process: until `thaw` nothing is accepted, mirrored or loaded for the first time.
    package var isFrozen: Bool

    package init(generation: UInt64, models: [HeldVersion: LoadedModel], isFrozen: Bool) {
        self.generation = generation
        self.models = models
        self.isFrozen = isFrozen
    }
}

/// Another process taking over, seen from both sides.
extension SlotManager {
    /// The versions that answer, live ones first.
    package func held() -> [HeldVersion] {
        let held = self.entries.sorted { $0.key < $1.key }.flatMap { name, entry in
            Slot.allCases.compactMap { slot in
                entry.answering(slot).map { model in
                    HeldVersion(
                        model: name,
                        slot: slot,
                        source: model.source,
                        version: model.version,
                        digest: model.digest,
                        isLive: entry.record.live == slot
                    )
                }
            }
        }
        return held.filter(\.isLive) + held.filter { !$0.isLive }
    }

    /// Throws what stands against freezing now: a load would be lost, and a start is many.
    package func checkFreezable() throws(ControlError) {
        guard self.hasStarted, self.restoring.isEmpty else {
            throw ControlError(.notReady, "the running gateway is still starting")
        }
        for (name, entry) in self.entries.sorted(by: { $0.key < $1.key }) {
            for slot in Slot.allCases where entry[slot].machine.isLoading {
                throw ControlError(
                    .slotBusy,
                    "slot \(slot.rawValue) of model '\(name)' is \(entry[slot].machine.state.name); try again when it is done"
                )
            }
        }
    }

    /// From here on no change is accepted; one that is being made is finished first. Nothing is mirrored any more, and
    /// answers go on. Returns the number of the last generation and what answers in it.
    package func freeze() async throws(ControlError) -> (generation: UInt64, held: [HeldVersion]) {
        try await self.exclusively(evenFrozen: true) { () throws(ControlError) in
            try self.checkFreezable()
            self.isFrozen = true
            await self.stopTrials()
            return (self.generation, self.held())
        }
    }

    /// Changes are accepted again, and mirroring goes on.
    package func thaw() async {
        // Fails only for a gateway that stops.
        try? await self.exclusively(evenFrozen: true) { () throws(ControlError) in
            self.isFrozen = false
            await self.refreshTrials()
        }
    }

    /// Those of `held` that do not answer here as they did, each with the reason.
    package func missing(of held: [HeldVersion]) -> [String] {
        held.compactMap { version in
            let entry = self.entries[version.model]
            if let model = entry?.answering(version.slot), model.digest == version.digest { return nil }
            let reason = entry.flatMap { $0.problem ?? $0.status(of: version.slot).detail } ?? "it is not loaded"
            return "model '\(version.model)', slot \(version.slot.rawValue), version \(version.version): \(reason)"
        }
    }

    /// The model that was loaded beforehand for what `slot` is said to hold.
    func takePreloaded(_ model: String, _ slot: Slot, _ held: ModelRecord.Held) -> LoadedModel? {
        let key = self.preloaded.keys.first {
            $0.model == model && $0.slot == slot && $0.source == held.source && $0.version == held.version
        }
        return key.flatMap { self.preloaded.removeValue(forKey: $0) }
    }
}

extension SlotStateMachine {
    fileprivate var isLoading: Bool {
        switch self.state {
        case .loading, .warming: true
        case .empty, .ready, .draining, .failed: false
        }
    }
}
