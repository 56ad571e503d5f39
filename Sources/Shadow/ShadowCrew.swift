import Inference
import ServingCore
import Synchronization

/// The threads of one trial: they take requests out of the event loops' queues and run them. A thread that hangs in a
/// model is replaced, until too many hang. Its lock is held by threads of low priority: no event loop may take it.
final class ShadowCrew: Sendable {
    /// Threads that may hang and be replaced; each holds its request, its stack and what the model took.
    private static let spare = 4
    /// A thread without work sleeps this long, each time twice as long: falling asleep and waking costs as much as a
    /// third of a pair, and nobody waits for one, so several may come meanwhile...
    private static let sleeps: ClosedRange<UInt64> = 2_000_000...8_000_000
    /// ...and after so much of it until it is woken.
    private static let restless: UInt64 = 50_000_000

    private struct Member {
        let thread: WorkerThread
        let run: ShadowRun
    }

    private struct State {
        var queues: [LaneQueue] = []
        /// Where the next request is looked for.
        var next = 0
        var members: [Member] = []
        /// Set once; the reason for which what waits is dropped.
        var closing: ShadowDrop?

        /// Threads that do not hang.
        var working: Int { self.members.count { !$0.run.isLost } }

        mutating func take() -> (MirroredRequest, LaneQueue)? {
            for offset in 0..<self.queues.count {
                let index = (self.next + offset) % self.queues.count
                guard let request = self.queues[index].ring.pop() else { continue }
                self.next = index + 1
                return (request, self.queues[index])
            }
            return nil
        }
    }

    private let state = Monitor(State())
    private let stalled = Atomic<Bool>(false)
    private let worker: ShadowWorker
    private let name: String
    private let concurrency: Int
    private let grace: UInt64

    init(_ worker: ShadowWorker, name: String, concurrency: Int, grace: UInt64) {
        self.worker = worker
        self.name = name
        self.concurrency = max(1, concurrency)
        self.grace = grace
    }

    /// Every thread hangs and no more may be lost: nothing is run until one of them comes back.
    var isStalled: Bool { self.stalled.load(ordering: .relaxed) }

    // MARK: The supervisor and the control plane

    /// Ends runs that are overdue, answers for those that do not end, and has threads awake where requests wait. Called at
    /// regular intervals.
    func supervise(_ queues: [LaneQueue], now: UInt64) {
        for run in self.state.withLock({ $0.members.map(\.run) }) { run.supervise(now: now) }
        let hasWork = self.state.withLock { state in
            state.queues = queues
            let hasWork = state.queues.contains { !$0.ring.isEmpty }
            if hasWork, state.closing == nil { self.recruit(&state) }
            let isFull = state.members.count >= self.concurrency + Self.spare
            self.stalled.store(isFull && state.working == 0, ordering: .relaxed)
            return hasWork
        }
        guard hasWork else { return }
        // A thread that falls asleep just now is woken the next time.
        self.state.wakeAll()
        while self.isStalled, let (request, queue) = self.state.withLock({ $0.take() }) {
            queue.counters.complete(bytes: request.bytes, drop: .candidateHangs)
        }
    }

    /// Starts the threads that are missing, as far as the system and the number of those that hang allow.
    private func recruit(_ state: inout State) {
        let missing = min(
            self.concurrency - state.working,
            self.concurrency + Self.spare - state.members.count
        )
        for _ in 0..<max(0, missing) {
            let run = ShadowRun(grace: self.grace)
            // With nothing started the next look tries again.
            guard let thread = WorkerThread(name: self.name, priority: .idle, body: { self.work(run) }) else { return }
            state.members.append(Member(thread: thread, run: run))
        }
    }

    /// Stops the threads: what waits is dropped for `reason`, what runs is stopped. Nothing enters the queues any more.
    func close(_ reason: ShadowDrop, _ queues: [LaneQueue], now: UInt64) {
        let members = self.state.withLock { state in
            state.queues = queues
            if state.closing == nil { state.closing = reason }
            return state.members
        }
        self.state.wakeAll()
        for member in members { member.run.close(now: now) }
        // Threads that never started, or hang, leave the queues to us.
        while case .drop(let request, let queue, let drop) = self.step() {
            queue.counters.complete(bytes: request.bytes, drop: drop)
        }
    }

    /// Waits for the threads to end, except those that hang in a model.
    func join() {
        let members = self.state.withLock { state in
            defer { state.members = [] }
            return state.members
        }
        for member in members {
            if member.run.isLost { member.thread.detach() } else { member.thread.join() }
        }
    }

    // MARK: The threads

    private enum Step {
        case run(MirroredRequest, LaneQueue)
        case drop(MirroredRequest, LaneQueue, ShadowDrop)
        case idle
        case stop
    }

    private func work(_ run: ShadowRun) {
        var sleep = Self.sleeps.lowerBound
        var idle: UInt64 = 0
        var pacing = IdlePacing()
        while true {
            switch self.step() {
            case .run(let request, let queue):
                (sleep, idle) = (Self.sleeps.lowerBound, 0)
                let outcome = self.worker.process(request, run) {
                    self.closing != nil
                } giveUp: {
                    queue.counters.complete(bytes: request.bytes, drop: nil)
                }
                switch outcome {
                case .paired: queue.counters.complete(bytes: request.bytes, drop: nil)
                case .overBudget: queue.counters.complete(bytes: request.bytes, drop: .budget)
                case .undecodable: queue.counters.complete(bytes: request.bytes, drop: .undecodable)
                case .stopped:
                    queue.counters.complete(bytes: request.bytes, drop: self.closing ?? .candidateNotReady)
                case .lost:
                    guard self.takesBack(run) else { return }
                }
                // A wait for a server was pause enough.
                if !self.worker.waitsForServer || outcome != .paired { pacing.pause() }
            case .drop(let request, let queue, let drop):
                queue.counters.complete(bytes: request.bytes, drop: drop)
            case .idle where idle < Self.restless:
                self.rest(until: MonotonicTime.now() &+ sleep)
                idle &+= sleep
                sleep = min(sleep * 2, Self.sleeps.upperBound)
            case .idle: self.rest(until: nil)
            case .stop: return
            }
        }
    }

    private func step() -> Step {
        self.state.withLock { state in
            guard let (request, queue) = state.take() else { return state.closing == nil ? .idle : .stop }
            if let drop = state.closing { return .drop(request, queue, drop) }
            return .run(request, queue)
        }
    }

    private func rest(until time: UInt64?) {
        var hasWaited = false
        self.state.await { state in
            if hasWaited || state.closing != nil { return .done((), wake: false) }
            hasWaited = true
            return .wait(until: time)
        }
    }

    /// A thread was given up and its run has ended after all: it goes on if it is missed; if not, or if the trial is over,
    /// it must end.
    private func takesBack(_ run: ShadowRun) -> Bool {
        self.state.withLock { state in
            // Else `join` has let go of it.
            guard let index = state.members.firstIndex(where: { $0.run === run }) else { return false }
            guard state.closing == nil, state.working < self.concurrency else {
                state.members.remove(at: index).thread.detach()
                return false
            }
            run.recover()
            self.stalled.store(false, ordering: .relaxed)
            return true
        }
    }

    private var closing: ShadowDrop? { self.state.withLock { $0.closing } }
}
