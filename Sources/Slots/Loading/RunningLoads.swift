import ServingCore
import Synchronization

/// The warm-ups that run now, so that they can be stopped when the gateway stops: a model that never answers must not
/// keep the process alive.
final class RunningLoads: Sendable {
    private struct State {
        var isStopped = false
        var running: [ObjectIdentifier: RunCancellation] = [:]
    }

    private let state = Mutex(State())

    func begin(_ cancellation: RunCancellation) {
        let isStopped = self.state.withLock { state in
            state.running[ObjectIdentifier(cancellation)] = cancellation
            return state.isStopped
        }
        if isStopped { cancellation.cancel() }
    }

    func end(_ cancellation: RunCancellation) {
        self.state.withLock { state in _ = state.running.removeValue(forKey: ObjectIdentifier(cancellation)) }
    }

    /// Cancels what runs and whatever begins from now on.
    func stop() {
        let running = self.state.withLock { state in
            state.isStopped = true
            return Array(state.running.values)
        }
        for cancellation in running { cancellation.cancel() }
    }
}
