import Inference

/// Runs an actor, and tasks that prefer it, on one thread of its own that gets the processor only when no other thread
/// wants it: whatever is embedded, clustered or searched never slows an answer. The thread ends when the executor is freed,
/// which actor and tasks must not outlive.
package final class IdleExecutor: SerialExecutor, TaskExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isClosed = false
    }

    private let queue = Monitor(Queue())

    /// Nil when the system gives no more threads.
    package init?() {
        let queue = self.queue
        // The jobs' executor is the actor's, which may be freed by the last of them: it is looked up from the job's side.
        let thread = WorkerThread(name: "teal-search", priority: .idle) { [weak self] in
            while let jobs = Self.next(queue) {
                for job in jobs {
                    guard let self else { return }
                    job.runSynchronously(
                        isolatedTo: self.asUnownedSerialExecutor(),
                        taskExecutor: self.asUnownedTaskExecutor()
                    )
                }
            }
        }
        guard let thread else { return nil }
        thread.detach()
    }

    deinit {
        self.queue.withLockSignalling { queue in
            queue.isClosed = true
            return ((), wake: true)
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        self.queue.withLockSignalling { queue in
            queue.jobs.append(job)
            return ((), wake: true)
        }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

    /// Waits; nil when there will be none any more.
    private static func next(_ queue: Monitor<Queue>) -> [UnownedJob]? {
        queue.await { queue in
            if queue.jobs.isEmpty { return queue.isClosed ? .done(nil, wake: false) : .wait(until: nil) }
            defer { queue.jobs = [] }
            return .done(queue.jobs, wake: false)
        }
    }
}
