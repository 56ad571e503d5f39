import Inference
package import ServingCore
package import Slots
import Synchronization

/// The mirrored leg of one release: the two versions, what may be used, and threads of its own with the lowest priority.
/// A candidate that hangs holds up its own trial only.
package final class ShadowTrial: Sendable {
    package let release: Int64
    package let model: String
    package let live: LoadedModel
    package let candidate: LoadedModel
    package let limits: ShadowLimits

    /// Held for moments, by the event loops, the supervisor and the control plane: never by a thread of low priority.
    private let queues = Mutex<[LaneQueue]>([])
    private let isDeterministic = Atomic<Bool>(false)
    private let pressed = Atomic<Bool>(false)
    private let crew: ShadowCrew

    init(
        _ release: Release,
        live: LoadedModel,
        candidate: LoadedModel,
        limits: ShadowLimits,
        context: ShadowContext
    ) {
        self.release = release.id
        self.model = release.model
        self.live = live
        self.candidate = candidate
        self.limits = limits
        self.crew = ShadowCrew(
            ShadowWorker(
                release: release.id,
                live: live,
                candidate: candidate,
                timeout: limits.timeout ?? live.manifest.requestTimeout.nanoseconds,
                followsLive: limits.timeout == nil,
                context: context
            ),
            name: "shadow-\(release.model)",
            concurrency: limits.concurrency,
            grace: context.grace
        )
    }

    // MARK: The event loops

    /// The live version answers the same request bit for bit the same: asking it again tells little.
    package var isLiveDeterministic: Bool { self.isDeterministic.load(ordering: .relaxed) }

    /// The live version's own queue is long, or memory is short: nothing is mirrored meanwhile.
    var isUnderPressure: Bool { self.pressed.load(ordering: .relaxed) }

    /// Too many runs hang: nothing is mirrored until one of them ends.
    var isStalled: Bool { self.crew.isStalled }

    /// A queue of its own for one event loop; the threads look into it from the supervisor's next look on.
    func makeQueue() -> LaneQueue {
        self.queues.withLock { queues in
            let queue = LaneQueue(capacity: self.limits.queue, seed: Int64(queues.count) &<< 48)
            queues.append(queue)
            return queue
        }
    }

    // MARK: The service

    /// What became of this trial's requests.
    var counts: ShadowCounts {
        var sum = ShadowCounts()
        for queue in self.queues.withLock({ $0 }) { sum.add(queue.counters.snapshot) }
        return sum
    }

    func noteLiveDeterministic() { self.isDeterministic.store(true, ordering: .relaxed) }

    /// Stops the threads: what waits is dropped for `reason`, what runs is stopped. The lanes are sealed by then.
    func close(_ reason: ShadowDrop) {
        self.crew.close(reason, self.queues.withLock { $0 }, now: MonotonicTime.now())
    }

    /// Looks after pressure, threads and runs. Called at regular intervals; nobody else wakes a thread, so that no event
    /// loop has to.
    func supervise(now: UInt64, memoryIsShort: Bool) {
        let executor = self.live.executor
        let queueIsLong =
            executor.counts.queued > 4 * executor.configuration.workers * executor.configuration.maxBatchSize
        self.pressed.store(memoryIsShort || queueIsLong, ordering: .relaxed)
        self.crew.supervise(self.queues.withLock { $0 }, now: now)
    }

    /// Nothing is on its way any more.
    var isQuiet: Bool { self.counts.pending == 0 }

    /// Waits for the threads to end, except those that hang in a model.
    func join() { self.crew.join() }
}
