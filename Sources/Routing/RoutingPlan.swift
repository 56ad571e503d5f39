package import ServingCore
package import Slots

/// What the next generation routes to, as decided by the control plane; every event loop builds its own
/// `RoutingTable` from it.
package struct RoutingPlan: Sendable {
    package struct Entry: Sendable {
        package var live: Slot?
        package var leases: [Slot: Lease]
        package var allowsSlotHeader: Bool
        /// Between the live slot and the other one.
        package var split: SplitPlan?

        package init(live: Slot?, leases: [Slot: Lease], allowsSlotHeader: Bool, split: SplitPlan? = nil) {
            self.live = live
            self.leases = leases
            self.allowsSlotHeader = allowsSlotHeader
            self.split = split
        }
    }

    package let generation: UInt64
    /// Every model has a live version that can answer.
    package let isReady: Bool
    package let models: [String: Entry]

    package init(generation: UInt64, isReady: Bool, models: [String: Entry]) {
        self.generation = generation
        self.isReady = isReady
        self.models = models
    }
}
