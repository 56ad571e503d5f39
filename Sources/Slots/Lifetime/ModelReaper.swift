package import Inference
package import NIOPosix

/// Frees models on the loading threads, so that neither an event loop nor a request ever pays for it.
package struct ModelReaper: Sendable {
    private let threads: NIOThreadPool

    package init(threads: NIOThreadPool) {
        self.threads = threads
    }

    /// Shuts `executor` down and drops it, on a thread of the pool; on the caller's when the pool has stopped, which
    /// happens only while the process ends.
    package func dispose(_ executor: ModelExecutor) {
        self.threads.submit { _ in executor.shutdown() }
    }
}
