import ServingCore
import Synchronization

/// What one shadow thread is doing, for those who watch it: the supervisor ends a run that is overdue, and answers in the
/// thread's place for one that does not end.
final class ShadowRun: Sendable {
    /// How long a run that was told to stop may take to do so, nanoseconds.
    static let grace: UInt64 = 1_000_000_000

    private struct State {
        var deadline = UInt64.max
        var cancellation: RunCancellation?
        /// Answers in the thread's place.
        var giveUp: (@Sendable () -> Void)?
        var isCancelled = false
        var isLost = false
    }

    private let state = Mutex(State())

    /// The thread hangs in a model and was given up; its work is accounted for.
    var isLost: Bool { self.state.withLock { $0.isLost } }

    /// Starts to watch one run of a model. Ask for a new cancellation each time.
    func begin(deadline: UInt64, giveUp: @escaping @Sendable () -> Void) -> RunCancellation {
        let cancellation = RunCancellation()
        self.state.withLock { state in
            state.deadline = deadline
            state.cancellation = cancellation
            state.giveUp = giveUp
            state.isCancelled = false
        }
        return cancellation
    }

    /// False when the thread was given up meanwhile: then nothing may be done with the result.
    func end() -> Bool {
        self.state.withLock { state in
            state.deadline = .max
            state.cancellation = nil
            state.giveUp = nil
            return !state.isLost
        }
    }

    func cancel() {
        let cancellation = self.state.withLock { state in
            // Whoever does not stop in time is given up.
            state.deadline = min(state.deadline, 0)
            state.isCancelled = true
            return state.cancellation
        }
        cancellation?.cancel()
    }

    func supervise(now: UInt64) {
        enum Action {
            case none
            case cancel(RunCancellation)
            case giveUp(@Sendable () -> Void)
        }
        let action: Action = self.state.withLock { state in
            guard let cancellation = state.cancellation, now >= state.deadline else { return .none }
            if !state.isCancelled || state.deadline == 0 {
                state.isCancelled = true
                state.deadline = now &+ Self.grace
                return .cancel(cancellation)
            }
            guard let giveUp = state.giveUp else { return .none }
            state.isLost = true
            state.giveUp = nil
            return .giveUp(giveUp)
        }
        switch action {
        case .none: break
        case .cancel(let cancellation): cancellation.cancel()
        case .giveUp(let giveUp): giveUp()
        }
    }
}
