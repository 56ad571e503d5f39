import NIOCore
import ServingCore

/// One endpoint as one loop knows it.
final class LoopEndpoint {
    let shared: Endpoint
    var pool: ConnectionPool<UpstreamConnection>
    var breaker: CircuitBreaker
    var ejection: OutlierEjection
    /// The address that was connected to last; tried first as long as the name has it.
    private var address: SocketAddress?
    private var recoveries: Int

    init(_ shared: Endpoint, pool: BackendConfiguration.Pool, breaker: BackendConfiguration.Breaker) {
        self.shared = shared
        self.pool = ConnectionPool(limit: pool.connections)
        self.breaker = CircuitBreaker(breaker)
        self.ejection = OutlierEjection(failures: breaker.failures)
        self.recoveries = shared.recoveries
    }

    /// May be asked, though others may be better.
    func admits(now: NIODeadline) -> Bool {
        guard !self.breaker.isClosed else { return true }
        let recoveries = self.shared.recoveries
        if recoveries != self.recoveries {
            self.recoveries = recoveries
            self.breaker.recovered(now: now)
        }
        return self.breaker.admits(now: now)
    }

    func isInService(now: NIODeadline) -> Bool {
        self.shared.isHealthy && !self.ejection.isEjected(now: now) && self.admits(now: now)
    }

    /// The address to try after `tried` others; nil when there is no other.
    func address(after tried: Int) -> SocketAddress? {
        let addresses = self.shared.addresses
        guard tried < addresses.count else { return nil }
        let first = self.address.flatMap { addresses.firstIndex(of: $0) } ?? 0
        return addresses[(first + tried) % addresses.count]
    }

    /// For how long to try the next address, when `tried` others were in vain: none may use up the time of those behind it.
    /// A single one has all of it.
    func connectTime(after tried: Int, _ call: UpstreamCall, now: NIODeadline) -> TimeAmount {
        let count = self.shared.addresses.count
        guard count > 1 else { return .nanoseconds(Int64(clamping: call.backend.configuration.timeouts.connect)) }
        return call.deadline.connectShare(among: count - tried, now: now)
    }

    func opened(at address: SocketAddress) { self.address = address }

    /// The circuit has opened.
    func noteOpening() {
        self.recoveries = self.shared.recoveries
        if case .open(let until) = self.breaker.state { self.shared.leaveAlone(until: until) }
    }

    /// Uncounts a connection, once.
    func drop(_ connection: UpstreamConnection) {
        guard connection.isCounted else { return }
        connection.isCounted = false
        self.pool.remove(connection)
    }
}
