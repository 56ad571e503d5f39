import Inference
package import NIOPosix

/// Frees models on the loading threads, so that neither an event loop nor a request ever pays for it.
package struct ModelReaper: Sendable {
    private let threads: NIOThreadPool

    package init(threads: NIOThreadPool) {
        self.threads = threads
    }

    fileprivate func dispose(_ executor: Unmanaged<ModelExecutor>) {
        // When the pool has stopped, which happens only while the process ends, this runs on the caller's thread.
        self.threads.submit { _ in
            executor.takeUnretainedValue().shutdown()
            executor.release()
        }
    }
}

/// A reference to an executor that is let go of on the reaper's thread. A plain one would not do: the owner's own
/// reference goes only after its `deinit` has handed the executor over, and may so be the last, on an event loop.
final class ReapedReference: Sendable {
    private let executor: Unmanaged<ModelExecutor>
    private let reaper: ModelReaper

    init(_ executor: ModelExecutor, reaper: ModelReaper) {
        self.executor = .passRetained(executor)
        self.reaper = reaper
    }

    deinit {
        self.reaper.dispose(self.executor)
    }
}
