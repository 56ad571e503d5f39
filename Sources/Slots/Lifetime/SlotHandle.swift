import Remote
package import ServingCore
package import Telemetry
package import Upstream

/// One event loop's way to a loaded model, for one generation. A request holds the handle it started with until it is
/// answered, so it is served by one generation whatever is published meanwhile. Never leaves its loop; because no
/// other core touches it, retaining it per request shares no cache line.
package final class SlotHandle {
    package let slot: Slot
    package let generation: UInt64
    package let model: LoadedModel
    package let counters: SlotCounters
    /// HTTP header lines that tell a client who answered, rendered once.
    package let answerHeaders: [UInt8]
    /// Requests this handle is answering now.
    package let running: RunningCount
    /// This loop's connections to the server of a remote version.
    package let upstream: LoopBackend?
    private let lease: Lease

    /// True when requests are passed on as they come.
    package var forwards: Bool { self.model.remote?.forwarding != nil }

    package init(_ lease: Lease, counters: SlotCounters, upstream: LoopBackend? = nil) {
        self.slot = lease.slot
        self.generation = lease.generation
        self.model = lease.model
        self.counters = counters
        self.answerHeaders = Array(
            """
            teal-slot: \(lease.slot.rawValue)\r
            teal-version: \(lease.model.version)\r
            teal-generation: \(lease.generation)\r\n
            """.utf8
        )
        self.running = RunningCount(generation: lease.generation)
        self.upstream = upstream
        self.lease = lease
    }

    deinit {
        self.running.isOver = true
    }
}

/// How many requests one handle is answering. An object of its own, so that the loop can look at it without a weak
/// reference to the handle: a single one would make every retain of the handle take the slow path.
package final class RunningCount {
    package let generation: UInt64
    package var count = 0
    /// The handle is gone, and with it the last request.
    package fileprivate(set) var isOver = false

    fileprivate init(generation: UInt64) {
        self.generation = generation
    }
}
