import ServingCore

/// Stands for one submitted request. Keeping it keeps neither the request's tensors nor the model in memory.
package final class ExecutionTicket: Sendable {
    private let queue: RequestQueue
    private let identity: UInt64
    private let cancellation: RunCancellation

    init(queue: RequestQueue, identity: UInt64, cancellation: RunCancellation) {
        self.queue = queue
        self.identity = identity
        self.cancellation = cancellation
    }

    /// When a worker took the request, of `MonotonicTime`; nil while it waits.
    package var startedAt: UInt64? { self.cancellation.startedAt }

    /// Gives the request up, from any thread, any number of times. If it still waits, its completion is called with
    /// `.timeout` before this returns; if it runs, the run stops soon (a shared one goes on for the others) and the
    /// completion is called by the worker; if it is answered, nothing happens.
    package func cancel() {
        if let request = self.queue.cancel(self.identity) {
            request.completion(.failure(RequestQueue.cancelled))
        } else {
            self.cancellation.cancel()
        }
    }
}
