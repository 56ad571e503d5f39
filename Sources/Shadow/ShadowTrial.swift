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

    private struct State {
        var queues: [LaneQueue] = []
        /// Where the next request is looked for.
        var next = 0
        var threads: [WorkerThread] = []
        var runs: [ShadowRun] = []
        /// Set once; the reason for which what waits is dropped.
        var closing: ShadowDrop?
    }

    private let state = Monitor(State())
    /// Threads that sleep until they are woken; the loops look at it without a lock.
    private let parked = Atomic<Int>(0)
    private let hasStarted = Atomic<Bool>(false)
    private let isDeterministic = Atomic<Bool>(false)
    private let pressed = Atomic<Bool>(false)
    private let context: ShadowContext

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
        self.context = context
    }

    /// The live version answers the same request bit for bit the same: asking it again tells little.
    package var isLiveDeterministic: Bool { self.isDeterministic.load(ordering: .relaxed) }

    func noteLiveDeterministic() { self.isDeterministic.store(true, ordering: .relaxed) }

    /// The live version's own queue is long, or memory is short: nothing is mirrored meanwhile.
    var isUnderPressure: Bool { self.pressed.load(ordering: .relaxed) }

    func makeQueue() -> LaneQueue {
        self.state.withLock { state in
            let queue = LaneQueue(capacity: self.limits.queue, seed: Int64(state.queues.count) &<< 48)
            state.queues.append(queue)
            return queue
        }
    }

    /// What became of this trial's requests.
    var counts: ShadowCounts {
        var sum = ShadowCounts()
        for queue in self.state.withLock({ $0.queues }) { sum.add(queue.counters.snapshot) }
        return sum
    }

    /// Called by an event loop after a request was queued: takes a lock only when a thread sleeps, which it does after a
    /// second without work.
    func wake() {
        if !self.hasStarted.load(ordering: .relaxed) { self.start() }
        if self.parked.load(ordering: .relaxed) > 0 { self.state.wakeAll() }
    }

    private func start() {
        self.state.withLock { state in
            guard state.threads.isEmpty, state.closing == nil else { return }
            for _ in 0..<max(1, self.limits.concurrency) {
                let run = ShadowRun()
                let thread = WorkerThread(name: "shadow-\(self.model)", priority: .idle) { self.work(run) }
                guard let thread else { break }
                state.threads.append(thread)
                state.runs.append(run)
            }
            // Without a thread the next request tries again.
            if !state.threads.isEmpty { self.hasStarted.store(true, ordering: .relaxed) }
        }
    }

    // MARK: Threads

    private enum Step {
        case run(MirroredRequest, LaneQueue)
        case drop(MirroredRequest, LaneQueue, ShadowDrop)
        case idle
        case stop
    }

    private func work(_ run: ShadowRun) {
        let worker = ShadowWorker(
            release: self.release,
            live: self.live,
            candidate: self.candidate,
            timeout: self.limits.timeout ?? self.live.manifest.requestTimeout.nanoseconds,
            context: self.context
        )
        // Sleeps grow from a quarter to 4 ms; after a second without work the thread waits to be woken. So a loop that is
        // busy never pays for waking anyone.
        var sleep: UInt64 = 250_000
        var idle: UInt64 = 0
        var pacing = IdlePacing()
        while true {
            switch self.step() {
            case .run(let request, let queue):
                (sleep, idle) = (250_000, 0)
                let outcome = worker.process(request, run) {
                    self.isClosing
                } giveUp: {
                    self.finish(request, queue, drop: nil)
                }
                switch outcome {
                case .paired: self.finish(request, queue, drop: nil)
                case .stopped: self.finish(request, queue, drop: self.closingReason)
                case .lost: return
                }
                pacing.pause()
            case .drop(let request, let queue, let drop):
                self.finish(request, queue, drop: drop)
            case .idle:
                let limit: UInt64 = idle < 1_000_000_000 ? sleep : 1_000_000_000
                self.rest(limit, parks: idle >= 1_000_000_000)
                idle &+= limit
                sleep = min(sleep * 2, 4_000_000)
            case .stop: return
            }
        }
    }

    private func step() -> Step {
        self.state.withLock { state in
            for offset in 0..<state.queues.count {
                let index = (state.next + offset) % state.queues.count
                guard let request = state.queues[index].ring.pop() else { continue }
                state.next = index + 1
                if let drop = state.closing { return .drop(request, state.queues[index], drop) }
                return .run(request, state.queues[index])
            }
            return state.closing == nil ? .idle : .stop
        }
    }

    private func finish(_ request: MirroredRequest, _ queue: LaneQueue, drop: ShadowDrop?) {
        queue.counters.complete(bytes: request.bytes, drop: drop)
    }

    private func rest(_ nanoseconds: UInt64, parks: Bool) {
        let until = MonotonicTime.now() &+ nanoseconds
        if parks { self.parked.wrappingAdd(1, ordering: .relaxed) }
        defer { if parks { self.parked.wrappingSubtract(1, ordering: .relaxed) } }
        var hasWaited = false
        // A wake-up that is missed costs the rest of this second, nothing else.
        self.state.await { state in
            if hasWaited || state.closing != nil { return .done((), wake: false) }
            hasWaited = true
            return .wait(until: until)
        }
    }

    private var closingReason: ShadowDrop { self.state.withLock { $0.closing } ?? .candidateNotReady }
    private var isClosing: Bool { self.state.withLock { $0.closing != nil } }

    // MARK: The service

    /// Stops the threads: what waits is dropped for `reason`, what runs is stopped. The lanes are sealed by then.
    func close(_ reason: ShadowDrop) {
        let runs = self.state.withLock { state in
            if state.closing == nil { state.closing = reason }
            return state.runs
        }
        self.state.wakeAll()
        for run in runs { run.cancel() }
        // Threads that never started leave their queue to us.
        while case .drop(let request, let queue, let drop) = self.step() { self.finish(request, queue, drop: drop) }
    }

    /// Looks after the runs: ends what is overdue, and answers for what does not end. Called at regular intervals.
    func supervise(now: UInt64, memoryIsShort: Bool) {
        let executor = self.live.executor
        let queueIsLong =
            executor.counts.queued > 4 * executor.configuration.workers * executor.configuration.maxBatchSize
        self.pressed.store(memoryIsShort || queueIsLong, ordering: .relaxed)
        for run in self.state.withLock({ $0.runs }) { run.supervise(now: now) }
    }

    /// Nothing is on its way any more.
    var isQuiet: Bool { self.counts.pending == 0 }

    /// Waits for the threads to end, except those that hang in a model.
    func join() {
        let (threads, runs) = self.state.withLock { state in
            defer { (state.threads, state.runs) = ([], []) }
            return (state.threads, state.runs)
        }
        for (thread, run) in zip(threads, runs) {
            if run.isLost { thread.detach() } else { thread.join() }
        }
    }
}
