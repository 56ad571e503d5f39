import Synchronization

/// Lets another thread stop a run: `cancel()` before the run starts prevents it, during the run it calls the hook the
/// engine installed. Safe to call from any thread, any number of times.
package final class RunCancellation: Sendable {
    private enum State {
        case idle
        case running(@Sendable () -> Void)
        case cancelled
    }

    private let state = Mutex<State>(.idle)

    /// Headers of the client's request that a remote server is given too, names in lower case; nil when no client waits.
    package let passedHeaders: [(name: String, value: String)]?

    private let started = Atomic<UInt64>(0)

    package init(passedHeaders: [(name: String, value: String)]? = nil) {
        self.passedHeaders = passedHeaders
    }

    /// When a worker took what may be cancelled, of `MonotonicTime`; nil before.
    package var startedAt: UInt64? {
        let time = self.started.load(ordering: .relaxed)
        return time == 0 ? nil : time
    }

    package func noteStart(_ time: UInt64) { self.started.store(time, ordering: .relaxed) }

    package var isCancelled: Bool {
        self.state.withLock { if case .cancelled = $0 { true } else { false } }
    }

    /// Asks the run to stop. The hook is called under the lock, so it never outlives `end()`.
    package func cancel() {
        self.state.withLock { state in
            if case .running(let stop) = state { stop() }
            state = .cancelled
        }
    }

    /// Called by the engine when the run starts; false means it was cancelled before and must not start.
    package func begin(stop: @escaping @Sendable () -> Void) -> Bool {
        self.state.withLock { state in
            if case .cancelled = state { return false }
            state = .running(stop)
            return true
        }
    }

    /// Called by the engine when the run has ended; `stop` is not called any more.
    package func end() {
        self.state.withLock { state in
            if case .running = state { state = .idle }
        }
    }
}
