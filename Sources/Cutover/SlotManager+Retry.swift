import Logging
import ServingCore
import Slots
import SystemPackage

/// A version of another server, which may only be late: what the start could not load of these is tried again until it is
/// loaded, or until somebody decides that the slot holds something else.
extension SlotManager {
    /// Behind the reason why a slot has failed, for whoever reads its status.
    static let retryNote = "; tried again by itself until it loads"

    /// - Parameter held: what the slot is said to hold.
    func retryLater(_ model: String, _ slot: Slot, _ held: ModelRecord.Held) {
        self.late[model, default: [:]][slot] = held
        Task { await self.retry(model, slot, held) }
    }

    /// Models with a version that is tried again: what is mirrored of them is not decided yet.
    var lateModels: Set<String> {
        Set(self.late.filter { model, slots in slots.contains { self.isLate(model, $0.key, $0.value) } }.keys)
    }

    private func isLate(_ model: String, _ slot: Slot, _ held: ModelRecord.Held) -> Bool {
        guard let entry = self.entries[model], entry.answering(slot) == nil else { return false }
        return entry.record.slots[slot] == held
    }

    private func retry(_ model: String, _ slot: Slot, _ held: ModelRecord.Held) async {
        var delay = Duration.milliseconds(250)
        while self.isLate(model, slot, held), !self.isShuttingDown {
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, .seconds(10))
            // The slot stays failed meanwhile, so an operator never has to wait for a try to end.
            guard !self.isShuttingDown, !self.isLeaving, !self.isFrozen, !self.isRetrying,
                case .failed? = self.entries[model]?[slot].machine.state
            else { continue }
            self.isRetrying = true
            defer { self.isRetrying = false }
            do throws(ControlError) {
                let loaded = try await self.bring(model, slot, held)
                try await self.exclusively { () throws(ControlError) in
                    guard case .failed? = self.entries[model]?[slot].machine.state, self.isLate(model, slot, held)
                    else { return }
                    try await self.confirmFirst(model, slot, loaded)
                    try? self.entries[model]?[slot].machine.beginLoad()
                    self.entries[model]?[slot].lastFailure = nil
                    self.occupy(model, slot, with: loaded)
                    self.late[model]?[slot] = nil
                    await self.publish()
                    self.logger.info(
                        "a slot was restored after all",
                        metadata: ["model": "\(model)", "slot": "\(slot.rawValue)", "version": "\(held.version)"]
                    )
                }
            } catch {
                self.noteRetry(model, slot, held, error)
            }
        }
        if self.late[model]?[slot] == held { self.late[model]?[slot] = nil }
    }

    /// The slot fails anew when it is for another reason. Why an operator's own load into it failed is left to be read.
    private func noteRetry(_ model: String, _ slot: Slot, _ held: ModelRecord.Held, _ error: ControlError) {
        let reason = error.message + Self.retryNote
        guard !self.isShuttingDown, self.isLate(model, slot, held),
            case .failed(let before)? = self.entries[model]?[slot].machine.state, before.hasSuffix(Self.retryNote),
            before != reason
        else { return }
        try? self.entries[model]?[slot].machine.beginLoad()
        try? self.entries[model]?[slot].machine.fail(reason)
        self.entries[model]?[slot].lastFailure = reason
        self.logger.warning(
            "a slot could still not be restored",
            metadata: ["model": "\(model)", "slot": "\(slot.rawValue)", "reason": "\(error.message)"]
        )
    }
}
