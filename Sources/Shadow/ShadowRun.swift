package import ServingCore
import Synchronization

/// What one shadow thread is doing, for those who watch it: the supervisor ends a run that is overdue, and answers in the
/// thread's place for one that does not end.
package final class ShadowRun: Sendable {
    private struct Current {
        let cancellation: RunCancellation
        /// Answers in the thread's place.
        let giveUp: @Sendable () -> Void
        /// When it should have ended; once it is told to stop, when it should have stopped.
        var deadline: UInt64
        var isStopping: Bool
    }

    private struct State {
        var current: Current?
        /// Set once: no run is wanted any more, neither this one nor one that begins later.
        var isClosed = false
        var isLost = false
    }

    /// How long a run that was told to stop may take to do so, nanoseconds.
    private let grace: UInt64
    private let state = Mutex(State())

    /// - Parameter grace: how long a run that was told to stop may take to do so, nanoseconds.
    package init(grace: UInt64) {
        self.grace = grace
    }

    /// The thread hangs in a model and was given up; its work is accounted for.
    package var isLost: Bool { self.state.withLock { $0.isLost } }

    /// Starts to watch one run of a model. Ask for a new cancellation each time; after `close` it is cancelled already.
    package func begin(now: UInt64, timeout: UInt64, giveUp: @escaping @Sendable () -> Void) -> RunCancellation {
        let cancellation = RunCancellation()
        let isClosed = self.state.withLock { state in
            state.current = Current(
                cancellation: cancellation,
                giveUp: giveUp,
                deadline: now &+ (state.isClosed ? self.grace : timeout),
                isStopping: state.isClosed
            )
            return state.isClosed
        }
        if isClosed { cancellation.cancel() }
        return cancellation
    }

    /// False when the thread was given up meanwhile: then nothing may be done with the result.
    package func end() -> Bool {
        self.state.withLock { state in
            state.current = nil
            return !state.isLost
        }
    }

    /// The run that hung has ended after all: its thread takes up work again.
    package func recover() { self.state.withLock { $0.isLost = false } }

    /// Stops what runs, and whatever is begun from now on.
    package func close(now: UInt64) {
        let cancellation: RunCancellation? = self.state.withLock { state in
            state.isClosed = true
            guard let current = state.current, !current.isStopping else { return nil }
            return self.stop(&state, now)
        }
        cancellation?.cancel()
    }

    package func supervise(now: UInt64) {
        enum Action {
            case none
            case cancel(RunCancellation?)
            case giveUp(@Sendable () -> Void)
        }
        let action: Action = self.state.withLock { state in
            guard let current = state.current, now >= current.deadline else { return .none }
            guard current.isStopping else { return .cancel(self.stop(&state, now)) }
            state.isLost = true
            state.current = nil
            return .giveUp(current.giveUp)
        }
        // Both may take other locks.
        switch action {
        case .none: break
        case .cancel(let cancellation): cancellation?.cancel()
        case .giveUp(let giveUp): giveUp()
        }
    }

    private func stop(_ state: inout State, _ now: UInt64) -> RunCancellation? {
        state.current?.deadline = now &+ self.grace
        state.current?.isStopping = true
        return state.current?.cancellation
    }
}
