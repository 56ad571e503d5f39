import Inference
package import NIOCore
package import Routing
package import ServingCore
import Shadow
package import Slots
import Telemetry

/// Decides, for one event loop, which requests are answered and which are refused because there are too many. Lives on
/// its loop; a decision costs a few nanoseconds and looks at nothing another core writes.
package final class LoopOverload {
    /// Why requests were refused, and how many.
    package struct Refusals: Sendable, Equatable {
        /// As many as allowed are being answered.
        package var inFlight: UInt64 = 0
        /// The loop could not keep up.
        package var loop: UInt64 = 0
        /// The model's workers could not keep up.
        package var queue: UInt64 = 0

        package init() {}
    }

    package private(set) var refusals = Refusals()
    /// Requests that were admitted and have not left.
    package private(set) var inFlight = 0
    private let loop: (any EventLoop)?
    private let limits: OverloadLimits
    private let loops: Int
    private var turns: TurnShedder
    /// Of the versions that run on worker threads.
    private var queues: [ObjectIdentifier: QueueShedder] = [:]
    /// The mirrored leg has given way, and that was not enough.
    private var isShedding = false
    private var wasLate = false

    private static let full = InferenceError(.overloaded, "too many requests are being answered; try again later")
    private static let late = InferenceError(
        .overloaded,
        "requests come faster than they can be answered; try again later"
    )

    /// - Parameters:
    ///   - loop: the loop this belongs to; without one its own lateness is not acted on.
    ///   - loops: how many share the limits.
    package init(on loop: (any EventLoop)? = nil, limits: OverloadLimits = OverloadLimits(), loops: Int = 1) {
        self.loop = loop
        self.limits = limits
        self.loops = max(1, loops)
        self.turns = TurnShedder(limits)
    }

    // MARK: Requests

    /// Throws `.overloaded`, and counts it, when the version of `handle` should not be asked now. Otherwise the request
    /// must `leave` in the end. Call it before the request is counted as running.
    package func admit(_ handle: SlotHandle, now: NIODeadline) throws(InferenceError) {
        let running = handle.running.count
        guard OverloadLimits.hasRoom(beside: self.inFlight, of: self.limits.inFlight, loops: self.loops),
            OverloadLimits.hasRoom(beside: running, of: handle.model.manifest.maxInFlightRequests, loops: self.loops)
        else {
            self.refusals.inFlight &+= 1
            throw Self.refuse(handle, Self.full)
        }
        if self.isShedding { try self.admitUnderPressure(handle, now: now.uptimeNanoseconds) }
        self.inFlight += 1
    }

    /// An admitted request was answered, or its client has gone.
    package func leave() {
        self.inFlight -= 1
    }

    private func admitUnderPressure(_ handle: SlotHandle, now: UInt64) throws(InferenceError) {
        if self.turns.isShedding, let loop = self.loop, self.turns.beginsTurn(now: now) {
            // Runs when every socket that is ready has had its read.
            loop.assumeIsolated().execute { self.turns.endTurn() }
        }
        guard self.turns.admits(now: now) else {
            self.refusals.loop &+= 1
            throw Self.refuse(handle, Self.late)
        }
        let running = handle.running.count
        guard self.queues[ObjectIdentifier(handle.model)]?.admits(beside: running, now: now) != false else {
            self.refusals.queue &+= 1
            throw Self.refuse(handle, Self.late)
        }
    }

    private static func refuse(_ handle: SlotHandle, _ error: InferenceError) -> InferenceError {
        handle.counters.record(.shed, nanoseconds: 0)
        return error
    }

    // MARK: Looking

    /// Looks how long requests wait. Call it at least twice in an interval, after `LoopPressure.sample`; takes the lock
    /// of every model's queue once.
    ///
    /// - Parameter late: how much later than planned the call came, nanoseconds.
    package func look(_ routing: LoopRouting, now: UInt64, late: UInt64) {
        self.turns.note(late: late, now: now)
        var known: [ObjectIdentifier: QueueShedder] = [:]
        for route in routing.table.models.values {
            for case let handle? in [route.blue, route.green] where !handle.forwards {
                let key = ObjectIdentifier(handle.model)
                var queue = self.queues[key] ?? QueueShedder(self.limits)
                queue.note(Self.sample(handle, now: now), batching: Self.batching(handle), now: now)
                known[key] = queue
            }
        }
        self.queues = known
        let isLate = self.turns.isShedding || known.values.contains(where: \.isShedding)
        // The mirrored leg gives way at once; requests only when that was not enough by the next look.
        self.isShedding = isLate && self.wasLate
        self.wasLate = isLate
        if isLate { routing.pressure.giveWay() }
    }

    private static func sample(_ handle: SlotHandle, now: UInt64) -> QueueShedder.Sample {
        let counts = handle.model.executor.counts
        let waited = counts.oldestArrival.map { now > $0 ? now - $0 : 0 } ?? 0
        let counters = handle.counters
        return QueueShedder.Sample(
            age: waited > Self.batching(handle) ? waited - Self.batching(handle) : 0,
            running: counts.running,
            started: counts.requests,
            finished: counters.count(.answered) &+ counters.count(.failed) &+ counters.count(.timeout)
        )
    }

    private static func batching(_ handle: SlotHandle) -> UInt64 {
        let execution = handle.model.executor.configuration
        return execution.isBatching ? execution.maxQueueDelay : 0
    }
}
