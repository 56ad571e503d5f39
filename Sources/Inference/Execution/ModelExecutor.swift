package import ServingCore
import Synchronization

/// Runs the requests of one loaded model version: inline on the caller's thread when that is known to be short, else
/// through a bounded queue, batched if configured, on worker threads of its own.
package final class ModelExecutor: Sendable {
    private struct Workers {
        var threads: [WorkerThread] = []
        var isClosed = false
    }

    package let engine: any InferenceEngine
    package let configuration: ExecutionConfiguration

    private let name: String
    private let queue: RequestQueue
    private let workers = Mutex(Workers())
    private let hasStarted = Atomic<Bool>(false)
    /// Requests with at most this many input bytes run inline; -1 for none.
    private let inlineLimit: Atomic<Int>

    /// `name` is the model's; it shows in the names of the threads. Fails if `configuration` does not suit the model.
    package init(
        engine: any InferenceEngine,
        name: String,
        configuration: ExecutionConfiguration = ExecutionConfiguration()
    ) throws(EngineLoadError) {
        try configuration.validate(for: engine.signature)
        self.engine = engine
        self.name = name
        self.configuration = configuration
        self.queue = RequestQueue(
            limits: BatchQueue.Limits(
                maxBatchSize: configuration.maxBatchSize,
                maxQueueDelay: configuration.isBatching ? configuration.maxQueueDelay : 0,
                maxQueuedRequests: configuration.maxQueuedRequests
            )
        )
        self.inlineLimit = Atomic(configuration.mode == .inline ? .max : -1)
    }

    deinit { self.close { $0.detach() } }

    // MARK: Inline or not

    /// Decides, in `auto` without batching, between inline and workers from what a warm-up measured. Until then
    /// everything goes to workers. May be called again; the last measurement counts.
    ///
    /// - Parameters:
    ///   - nanoseconds: median time of one run.
    ///   - inputBytes: size of all inputs of the measured request.
    package func settle(nanoseconds: UInt64, inputBytes: Int) {
        guard self.configuration.mode == .auto, !self.configuration.isBatching else { return }
        guard nanoseconds <= self.configuration.inlineThreshold else {
            return self.inlineLimit.store(-1, ordering: .relaxed)
        }
        // A larger request is taken to cost proportionally more: a huge one must not hold up an event loop.
        let room = Double(self.configuration.inlineThreshold) / Double(max(1, nanoseconds))
        let limit = Double(max(1, inputBytes)) * max(1, room)
        self.inlineLimit.store(limit < Double(Int32.max) ? Int(limit) : Int(Int32.max), ordering: .relaxed)
    }

    /// Runs `inputs` up to `runs` times on the calling thread, but not longer than `budget` nanoseconds after the
    /// second run, settles on the median and returns it. The first run, which pays for one-time work, does not count.
    package func measure(
        _ inputs: [Tensor],
        runs: Int = 20,
        budget: UInt64 = 100_000_000
    ) throws(InferenceError) -> UInt64 {
        _ = try self.engine.run(inputs, outputs: nil, cancellation: nil)
        var times: [UInt64] = []
        let start = MonotonicTime.now()
        var now = start
        repeat {
            _ = try self.engine.run(inputs, outputs: nil, cancellation: nil)
            let end = MonotonicTime.now()
            times.append(end - now)
            now = end
        } while times.count < runs && now - start < budget
        times.sort()
        let median = times[times.count / 2]
        self.settle(nanoseconds: median, inputBytes: inputs.reduce(0) { $0 + $1.bytes.count })
        return median
    }

    /// True if the caller should use `runInline` for this request. Costs a few nanoseconds.
    package func runsInline(_ inputs: [Tensor]) -> Bool {
        let limit = self.inlineLimit.load(ordering: .relaxed)
        guard limit >= 0 else { return false }
        var size = 0
        for input in inputs { size += input.bytes.count }
        return size <= limit
    }

    /// Runs the model on the calling thread and returns its answer.
    package func runInline(_ inputs: [Tensor], outputs: [Int]?) throws(InferenceError) -> [Tensor] {
        try self.engine.run(inputs, outputs: outputs, cancellation: nil)
    }

    // MARK: Through the queue

    /// Queues a request for the workers. Throws `.overloaded` when the queue is full and `.notReady` after `shutdown`;
    /// then `completion` is never called. Otherwise it is called exactly once: by a worker, by the thread that calls
    /// the ticket's `cancel`, or by the one that calls `shutdown`. It must not block.
    ///
    /// - Parameters:
    ///   - deadline: `MonotonicTime` after which the request is not started any more but answered `.timeout`, as soon as
    ///     a worker is free to notice. A run that has started goes on: use the ticket to stop it.
    ///   - passedHeaders: of the client's request, for an engine that asks a server.
    package func submit(
        _ inputs: [Tensor],
        outputs: [Int]?,
        deadline: UInt64? = nil,
        passedHeaders: [(name: String, value: String)]? = nil,
        completion: @escaping @Sendable (Result<[Tensor], InferenceError>) -> Void
    ) throws(InferenceError) -> ExecutionTicket {
        if !self.hasStarted.load(ordering: .acquiring) { try self.startWorkers() }
        var key = BatchKey.any
        var rows = self.configuration.maxBatchSize
        if self.configuration.isBatching, let alike = BatchKey.make(inputs: inputs, outputs: outputs) {
            (key, rows) = alike
        }
        let cancellation = RunCancellation(passedHeaders: passedHeaders)
        let request = QueuedRequest(
            inputs: inputs,
            outputs: outputs,
            cancellation: cancellation,
            completion: completion
        )
        let identity = try self.queue.enqueue(request, key: key, rows: rows, deadline: deadline)
        return ExecutionTicket(queue: self.queue, identity: identity, cancellation: cancellation)
    }

    /// A consistent snapshot; callable from any thread, takes the queue's lock for some nanoseconds.
    package var counts: ExecutionCounts { self.queue.counts }

    /// Answers what waits with `.notReady`, lets what runs end, and waits for the workers to be gone. Never call it on
    /// an event loop. Calling it again does nothing.
    package func shutdown() {
        self.close { $0.join() }
    }

    private func close(_ end: (WorkerThread) -> Void) {
        for request in self.queue.stop() { request.completion(.failure(RequestQueue.stopped)) }
        let threads = self.workers.withLock { workers in
            workers.isClosed = true
            defer { workers.threads = [] }
            return workers.threads
        }
        for thread in threads { end(thread) }
    }

    private func startWorkers() throws(InferenceError) {
        try self.workers.withLock { workers throws(InferenceError) in
            guard !workers.isClosed else { throw RequestQueue.stopped }
            guard workers.threads.isEmpty else { return }
            for _ in 0..<self.configuration.workers {
                // A worker holds the engine and the queue, not the executor: that may go while it still runs.
                let thread = WorkerThread(name: "teal-\(self.name)") { [engine = self.engine, queue = self.queue] in
                    Self.work(engine: engine, queue: queue)
                }
                guard let thread else { break }
                workers.threads.append(thread)
            }
            guard !workers.threads.isEmpty else {
                throw InferenceError(.overloaded, "the system gives no more threads; try again later")
            }
            self.hasStarted.store(true, ordering: .releasing)
        }
    }

    private static func work(engine: any InferenceEngine, queue: RequestQueue) {
        while true {
            switch queue.take() {
            case .run(let requests):
                let results = BatchRun(engine: engine, requests: requests).results()
                queue.finished(requests.count)
                for (request, result) in zip(requests, results) { request.completion(result) }
            case .expired(let requests):
                for request in requests { request.completion(.failure(RequestQueue.expired)) }
            case .stop:
                return
            }
        }
    }
}
