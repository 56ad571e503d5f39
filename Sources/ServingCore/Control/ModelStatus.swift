/// What operators and clients are shown about one model; a snapshot, JSON-encodable.
package struct ModelStatus: Sendable, Codable, Equatable {
    package var model: String
    /// Grows by one with every acknowledged change; give it back as `revision` to change only what you saw.
    package var revision: Int64
    /// Number of the routing table all event loops have acknowledged.
    package var generation: UInt64
    package var live: Slot?
    package var slots: [SlotStatus]
    /// Routing generations that still have a request running, oldest first; empty when all drained.
    package var draining: [UInt64]
    /// Shares of live traffic that are mirrored.
    package var traffic: TrafficSettings
    /// An operator set them; else they are what the live version's manifest says.
    package var isTrafficSet: Bool
    /// The trial that is running; nil without one.
    package var release: Release?

    package init(
        model: String,
        revision: Int64,
        generation: UInt64,
        live: Slot?,
        slots: [SlotStatus],
        draining: [UInt64],
        traffic: TrafficSettings = TrafficSettings(),
        isTrafficSet: Bool = false,
        release: Release? = nil
    ) {
        self.model = model
        self.revision = revision
        self.generation = generation
        self.live = live
        self.slots = slots
        self.draining = draining
        self.traffic = traffic
        self.isTrafficSet = isTrafficSet
        self.release = release
    }
}

/// One slot within `ModelStatus`.
package struct SlotStatus: Sendable, Codable, Equatable {
    package var slot: Slot
    package var role: SlotRole
    /// `empty`, `loading`, `warming`, `ready`, `draining` or `failed`.
    package var state: String
    /// Why the slot failed or is overdue; nil otherwise.
    package var detail: String?
    package var version: Int?
    package var source: String?
    /// Lower-case hex SHA-256 over the version's files.
    package var digest: String?
    /// How the slot runs requests: `inline`, `workers` or `batched`; nil while empty.
    package var execution: String?
    /// Median of the warm-up runs, microseconds.
    package var warmupMicroseconds: Double?
    /// Free text and figures from the version's own manifest, e.g. `accuracy`.
    package var description: String?
    package var metrics: [String: Double]?

    package init(slot: Slot, role: SlotRole, state: String) {
        self.slot = slot
        self.role = role
        self.state = state
    }
}
