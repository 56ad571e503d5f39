import ServingCore
import Synchronization

/// The warm-ups that run now and the servers that are being asked what they take, so that they can be stopped when the
/// gateway stops: a model that never answers must not keep the process alive.
final class RunningLoads: Sendable {
    private struct State {
        var isStopped = false
        var running: [ObjectIdentifier: RunCancellation] = [:]
    }

    private let state = Mutex(State())

    /// Runs `body` with a cancellation that comes after `limit`, or when the gateway stops; at once if it has.
    ///
    /// - Parameter limit: nil when `body` has limits of its own.
    func within<Value, Failure: Error>(
        _ limit: Duration?,
        _ body: (RunCancellation) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let cancellation = RunCancellation()
        self.begin(cancellation)
        let alarm = limit.map { limit in
            Task {
                try await Task.sleep(for: limit)
                cancellation.cancel()
            }
        }
        defer {
            alarm?.cancel()
            self.end(cancellation)
        }
        return try body(cancellation)
    }

    private func begin(_ cancellation: RunCancellation) {
        let isStopped = self.state.withLock { state in
            state.running[ObjectIdentifier(cancellation)] = cancellation
            return state.isStopped
        }
        if isStopped { cancellation.cancel() }
    }

    private func end(_ cancellation: RunCancellation) {
        self.state.withLock { state in _ = state.running.removeValue(forKey: ObjectIdentifier(cancellation)) }
    }

    var isStopped: Bool { self.state.withLock(\.isStopped) }

    /// Cancels what runs and whatever begins from now on.
    func stop() {
        let running = self.state.withLock { state in
            state.isStopped = true
            return Array(state.running.values)
        }
        for cancellation in running { cancellation.cancel() }
    }
}
