import Inference
package import ServingCore
import Slots
package import Telemetry

/// What the metrics page shows about slots.
package struct SlotFigures: Sendable {
    package struct Entry: Sendable {
        package let model: String
        package let slot: Slot
        package let isLive: Bool
        /// Requests waiting for a worker thread.
        package let queued: Int
    }

    package let generation: UInt64
    /// Claims on models held by generations that are no longer published.
    package let deadHandles: Int
    package let cutovers: LatencyHistogram
    package let slots: [Entry]
}

extension SlotManager {
    package func figures() -> SlotFigures {
        let slots = self.entries.sorted { $0.key < $1.key }.flatMap { name, entry in
            Slot.allCases.map { slot in
                SlotFigures.Entry(
                    model: name,
                    slot: slot,
                    isLive: entry.record.live == slot && entry.answering(slot) != nil,
                    queued: entry[slot].model?.executor.counts.queued ?? 0
                )
            }
        }
        return SlotFigures(
            generation: self.generation,
            deadHandles: self.ledger.deadHandles(before: self.generation),
            cutovers: self.cutovers,
            slots: slots
        )
    }
}
