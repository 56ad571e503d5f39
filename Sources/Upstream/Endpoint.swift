import NIOCore
package import ServingCore
import Synchronization

/// One endpoint of a backend, as all loops see it. What health checks find out is published here; reading it is one
/// relaxed load of a value that hardly ever changes.
package final class Endpoint: Sendable {
    package let configuration: BackendEndpoint
    /// Place in the configuration.
    package let index: Int
    private let names: EndpointNames
    private let healthy = Atomic(true)
    private let recovered = Atomic(0)
    /// When the circuit that opened last lets a request through again, in nanoseconds of the machine's clock.
    private let askedFrom = Atomic<UInt64>(0)

    init(_ configuration: BackendEndpoint, index: Int, _ names: EndpointNames) {
        self.configuration = configuration
        self.index = index
        self.names = names
    }

    /// Where it was found when its name was last looked up, in the order to try them; never empty.
    var addresses: [SocketAddress] { self.names.addresses }

    /// A connection to it will be opened.
    func noteOpening(now: NIODeadline) { self.names.refresh(ifOlderThan: EndpointNames.age, now: now) }

    /// It could not be connected to: it may have moved.
    func noteUnreachable(now: NIODeadline) { self.names.refresh(ifOlderThan: EndpointNames.pause, now: now) }

    /// What the last health check found; true before the first.
    package var isHealthy: Bool { self.healthy.load(ordering: .relaxed) }

    /// How often health checks have found it well again: who left it alone since before should try again.
    var recoveries: Int { self.recovered.load(ordering: .relaxed) }

    /// A loop's circuit has opened.
    func leaveAlone(until time: NIODeadline) {
        self.askedFrom.store(time.uptimeNanoseconds, ordering: .relaxed)
    }

    /// The circuit that opened last is open still; false when its time is up and a request may try.
    func isLeftAlone(now: NIODeadline) -> Bool {
        now.uptimeNanoseconds < self.askedFrom.load(ordering: .relaxed)
    }

    /// Called by whoever checks the endpoint's health; from one thread at a time.
    package func publish(isHealthy: Bool) {
        let before = self.healthy.exchange(isHealthy, ordering: .relaxed)
        guard isHealthy, !before else { return }
        self.askedFrom.store(0, ordering: .relaxed)
        self.recovered.wrappingAdd(1, ordering: .relaxed)
    }
}
