import Dispatch
import Synchronization

/// Runs one piece of work after the other on a thread that gives way to all others.
final class IdleWorker: Sendable {
    private final class Jobs: Sendable {
        struct Queue: Sendable {
            var waiting: [@Sendable () -> Void] = []
            var isClosed = false
        }

        let queue = Mutex(Queue())
        let signal = DispatchSemaphore(value: 0)

        func run() {
            while true {
                self.signal.wait()
                let (jobs, isClosed) = self.queue.withLock { queue in
                    defer { queue.waiting = [] }
                    return (queue.waiting, queue.isClosed)
                }
                for job in jobs { job() }
                if isClosed { return }
            }
        }
    }

    private let jobs = Jobs()

    /// Nil when the system gives no more threads.
    init?() {
        let jobs = self.jobs
        guard IdleThread.start({ jobs.run() }) else { return nil }
    }

    deinit { self.close() }

    /// What is waiting is still done; what comes later is not. The thread ends.
    func close() {
        self.jobs.queue.withLock { $0.isClosed = true }
        self.jobs.signal.signal()
    }

    /// Nil when it came after `close`.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            let isTaken = self.jobs.queue.withLock { queue in
                if queue.isClosed { return false }
                queue.waiting.append { continuation.resume(returning: body()) }
                return true
            }
            if isTaken { self.jobs.signal.signal() } else { continuation.resume(returning: nil) }
        }
    }
}
