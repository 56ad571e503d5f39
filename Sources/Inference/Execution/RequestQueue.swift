import ServingCore

/// What an executor is doing, for metrics. Counters only grow.
package struct ExecutionCounts: Sendable, Equatable {
    /// Requests that wait.
    package var queued = 0
    /// Requests a worker is running at the moment.
    package var running = 0
    /// Finished and current runs on workers; `requests / runs` is the mean batch.
    package var runs: UInt64 = 0
    /// Requests in those runs.
    package var requests: UInt64 = 0
    /// Refused because the queue was full.
    package var refused: UInt64 = 0
    /// Dropped from the queue because their deadline passed.
    package var expired: UInt64 = 0
    /// When the request came that has waited longest, monotonic nanoseconds; nil when none waits.
    package var oldestArrival: UInt64?

    package init(runs: UInt64 = 0, requests: UInt64 = 0) {
        self.runs = runs
        self.requests = requests
    }
}

/// A request as it waits and runs.
struct QueuedRequest: Sendable {
    let inputs: [Tensor]
    let outputs: [Int]?
    let cancellation: RunCancellation
    let completion: @Sendable (Result<[Tensor], InferenceError>) -> Void
}

/// The queue between submitting threads and workers. Knows nothing of the engine, so whoever holds a ticket does not
/// keep a model in memory.
final class RequestQueue: Sendable {
    private struct State {
        var waiting: BatchQueue<QueuedRequest>
        var isStopped = false
        var counts = ExecutionCounts()
    }

    enum Work {
        case run([QueuedRequest])
        case expired([QueuedRequest])
        case stop
    }

    private let monitor: Monitor<State>

    init(limits: BatchQueue<QueuedRequest>.Limits) {
        self.monitor = Monitor(State(waiting: BatchQueue(limits: limits)))
    }

    var counts: ExecutionCounts {
        self.monitor.withLock { state in
            var counts = state.counts
            counts.queued = state.waiting.count
            counts.oldestArrival = state.waiting.oldestArrival
            return counts
        }
    }

    /// The request's identity, for `cancel`.
    func enqueue(
        _ request: QueuedRequest,
        key: BatchKey,
        rows: Int,
        deadline: UInt64?
    ) throws(InferenceError) -> UInt64 {
        let now = MonotonicTime.now()
        return try self.monitor.withLockSignalling { state throws(InferenceError) in
            guard !state.isStopped else { throw Self.stopped }
            guard
                let identity = state.waiting.enqueue(request, key: key, rows: rows, now: now, deadline: deadline)
            else {
                state.counts.refused += 1
                throw Self.full
            }
            return (identity, wake: true)
        }
    }

    /// Takes the request out if it still waits.
    func cancel(_ identity: UInt64) -> QueuedRequest? {
        self.monitor.withLock { state in state.waiting.cancel(identity) }
    }

    /// Refuses what comes from now on and returns what was waiting; workers end when they have nothing left to run.
    func stop() -> [QueuedRequest] {
        let left = self.monitor.withLock { state in
            state.isStopped = true
            return state.waiting.removeAll()
        }
        self.monitor.wakeAll()
        return left
    }

    /// Blocks the calling worker until there is something for it to do.
    func take() -> Work {
        self.monitor.await { state in
            let now = MonotonicTime.now()
            let expired = state.waiting.expire(now: now)
            guard expired.isEmpty else {
                state.counts.expired += UInt64(expired.count)
                return .done(.expired(expired), wake: state.waiting.count > 0)
            }
            switch state.waiting.next(now: now) {
            case .run(let requests):
                state.counts.running += requests.count
                state.counts.runs += 1
                state.counts.requests += UInt64(requests.count)
                for request in requests { request.cancellation.noteStart(now) }
                // Another worker may be asleep, or wait for the batch just taken: it must look at what is left.
                return .done(.run(requests), wake: state.waiting.count > 0)
            case .wait(let until): return .wait(until: until)
            case .idle: return state.isStopped ? .done(.stop, wake: false) : .wait(until: nil)
            }
        }
    }

    func finished(_ count: Int) {
        self.monitor.withLock { state in state.counts.running -= count }
    }

    static let stopped = InferenceError(.notReady, "the model is being unloaded")
    static let full = InferenceError(.overloaded, "too many requests are waiting for this model; try again later")
    static let expired = InferenceError(.timeout, "the request's time was over before the model could run it")
    static let cancelled = InferenceError(.timeout, "the request was stopped before the model had answered")
}
