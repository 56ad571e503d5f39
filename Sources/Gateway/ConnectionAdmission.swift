import Synchronization
package import Telemetry

/// Counts open connections, in all and by client address, and says whether one more may come. Touched when a
/// connection opens and closes, never per request.
package final class ConnectionAdmission: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let total: Int
    private let perAddress: Int

    package init(total: Int, perAddress: Int) {
        self.total = total
        self.perAddress = perAddress
    }

    /// Nil when the connection is let in; it must be given back with `leave`.
    package func enter(_ address: String) -> ConnectionRejection? {
        self.state.withLock { state in
            guard state.total < self.total else { return .tooManyConnections }
            guard state.byAddress[address, default: 0] < self.perAddress else { return .tooManyFromAddress }
            state.total += 1
            state.byAddress[address, default: 0] += 1
            return nil
        }
    }

    /// Gives back what `enter` let in.
    package func leave(_ address: String) {
        self.state.withLock { state in
            state.total -= 1
            let left = state.byAddress[address, default: 1] - 1
            state.byAddress[address] = left > 0 ? left : nil
        }
    }
}
