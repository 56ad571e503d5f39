package import ServingCore
import Synchronization

/// One generation's claim on one loaded model. Every event loop's `SlotHandle` of that generation holds it; when the
/// last handle dies no request of the generation can be running in the model, and the ledger learns of it. There is
/// no counter on the request path: lifetime is the counter.
package final class Lease: Sendable {
    package let slot: Slot
    package let generation: UInt64
    package let model: LoadedModel
    private let ledger: LeaseLedger

    init(slot: Slot, generation: UInt64, model: LoadedModel, ledger: LeaseLedger) {
        self.slot = slot
        self.generation = generation
        self.model = model
        self.ledger = ledger
    }

    deinit {
        self.ledger.close(generation: self.generation, model: self.model.model.description, slot: self.slot)
    }
}

/// Knows which generations still have a request that could be running, and tells whoever waits when they have not.
package final class LeaseLedger: Sendable {
    private struct Key: Hashable {
        let generation: UInt64
        let model: String
        let slot: Slot
    }

    private struct Waiter {
        let model: String
        let slot: Slot?
        let generation: UInt64
        let resume: @Sendable () -> Void
    }

    private struct State {
        var open: Set<Key> = []
        var waiters: [Waiter] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Leases are opened for a generation before any event loop is given it.
    package func open(_ slot: Slot, generation: UInt64, model: LoadedModel) -> Lease {
        let key = Key(generation: generation, model: model.model.description, slot: slot)
        self.state.withLock { state in _ = state.open.insert(key) }
        return Lease(slot: slot, generation: generation, model: model, ledger: self)
    }

    /// Generations older than `current` in which a request of `model` may still be running, ascending.
    package func draining(_ model: String, before current: UInt64) -> [UInt64] {
        self.state.withLock { state in
            Set(state.open.filter { $0.model == model && $0.generation < current }.map(\.generation)).sorted()
        }
    }

    /// Number of leases held by generations older than `current`: zero once everything drained.
    package func deadHandles(before current: UInt64) -> Int {
        self.state.withLock { state in state.open.count { $0.generation < current } }
    }

    /// Calls `resume`, on any thread, once no lease on `model` (in `slot`, or in either) is older than `generation`;
    /// at once if that is so already.
    package func whenDrained(
        _ model: String,
        slot: Slot?,
        before generation: UInt64,
        _ resume: @escaping @Sendable () -> Void
    ) {
        let waiter = Waiter(model: model, slot: slot, generation: generation, resume: resume)
        let isDrained = self.state.withLock { state in
            if Self.isDrained(waiter, state.open) { return true }
            state.waiters.append(waiter)
            return false
        }
        if isDrained { resume() }
    }

    fileprivate func close(generation: UInt64, model: String, slot: Slot) {
        let released = self.state.withLock { state in
            state.open.remove(Key(generation: generation, model: model, slot: slot))
            let released = state.waiters.filter { Self.isDrained($0, state.open) }
            state.waiters.removeAll { Self.isDrained($0, state.open) }
            return released
        }
        for waiter in released { waiter.resume() }
    }

    private static func isDrained(_ waiter: Waiter, _ open: Set<Key>) -> Bool {
        !open.contains { key in
            key.model == waiter.model && key.generation < waiter.generation
                && (waiter.slot == nil || waiter.slot == key.slot)
        }
    }
}
