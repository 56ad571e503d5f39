package import NIOCore
package import ServingCore
import Synchronization

/// One endpoint of a backend, as all loops see it. What health checks find out is published here; reading it is one
/// relaxed load of a value that hardly ever changes.
package final class Endpoint: Sendable {
    package let configuration: BackendEndpoint
    /// Place in the configuration.
    package let index: Int
    /// Where it was found when the backend was loaded, in the order to try them; never empty.
    let addresses: [SocketAddress]
    private let healthy = Atomic(true)
    private let recovered = Atomic(0)

    package init(_ configuration: BackendEndpoint, index: Int, addresses: [SocketAddress]) {
        self.configuration = configuration
        self.index = index
        self.addresses = addresses
    }

    /// What the last health check found; true before the first.
    package var isHealthy: Bool { self.healthy.load(ordering: .relaxed) }

    /// How often health checks have found it well again: who left it alone since before should try again.
    var recoveries: Int { self.recovered.load(ordering: .relaxed) }

    /// Called by whoever checks the endpoint's health; from one thread at a time.
    package func publish(isHealthy: Bool) {
        let before = self.healthy.exchange(isHealthy, ordering: .relaxed)
        if isHealthy, !before { self.recovered.wrappingAdd(1, ordering: .relaxed) }
    }
}
