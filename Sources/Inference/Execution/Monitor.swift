import Glibc

/// State behind a lock that threads can wait on. Deadlines are on the monotonic clock, so changes of the wall clock do
/// not move them. For our own threads only: waiting blocks.
///
/// `@unchecked Sendable`: `state` is only touched with the lock held.
package final class Monitor<State>: @unchecked Sendable {
    package enum Step<Result> {
        /// Return this; with `wake`, another waiting thread looks too.
        case done(Result, wake: Bool)
        /// Wait for a signal, at most until this time; then look again.
        case wait(until: UInt64?)
    }

    private var state: State
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    /// Threads inside `await` that are waiting, so that nobody signals in vain.
    private var waiting = 0

    package init(_ state: State) {
        self.state = state
        self.lock = .allocate(capacity: 1)
        self.lock.initialize(to: pthread_mutex_t())
        self.condition = .allocate(capacity: 1)
        self.condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        precondition(pthread_mutex_init(self.lock, nil) == 0)
        precondition(pthread_condattr_init(&attributes) == 0)
        precondition(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0)
        precondition(pthread_cond_init(self.condition, &attributes) == 0)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(self.condition)
        pthread_mutex_destroy(self.lock)
        self.condition.deallocate()
        self.lock.deallocate()
    }

    package func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(self.lock)
        defer { pthread_mutex_unlock(self.lock) }
        return try body(&self.state)
    }

    /// Like `withLock`, and wakes one waiting thread if `body` says so.
    package func withLockSignalling<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> (Result, wake: Bool)
    ) throws(Failure) -> Result {
        pthread_mutex_lock(self.lock)
        defer { pthread_mutex_unlock(self.lock) }
        let (result, wake) = try body(&self.state)
        if wake && self.waiting > 0 { pthread_cond_signal(self.condition) }
        return result
    }

    package func wakeAll() {
        self.withLock { _ in _ = pthread_cond_broadcast(self.condition) }
    }

    /// Calls `step` with the lock held until it is done; between calls the thread waits without the lock.
    package func await<Result>(_ step: (inout State) -> Step<Result>) -> Result {
        pthread_mutex_lock(self.lock)
        defer { pthread_mutex_unlock(self.lock) }
        while true {
            switch step(&self.state) {
            case .done(let result, let wake):
                if wake && self.waiting > 0 { pthread_cond_signal(self.condition) }
                return result
            case .wait(let deadline):
                self.waiting += 1
                if let deadline {
                    var time = timespec(
                        tv_sec: Int(clamping: deadline / 1_000_000_000),
                        tv_nsec: Int(deadline % 1_000_000_000)
                    )
                    pthread_cond_timedwait(self.condition, self.lock, &time)
                } else {
                    pthread_cond_wait(self.condition, self.lock)
                }
                self.waiting -= 1
            }
        }
    }
}
