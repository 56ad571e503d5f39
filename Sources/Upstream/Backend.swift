package import NIOCore
import NIOSSL
package import ServingCore

/// A remote version that is loaded: its configuration, the endpoints' shared health and what TLS needs. One for each
/// version, shared by all loops; the connections are each loop's own, in `LoopBackend`.
package final class Backend: Sendable {
    package let configuration: BackendConfiguration
    package let endpoints: [Endpoint]
    let tls: NIOSSLContext?

    /// Reads the TLS files and resolves the endpoints' names, which blocks: never call it on an event loop.
    package convenience init(_ configuration: BackendConfiguration) throws(BackendError) {
        try self.init(configuration, AddressResolver.system)
    }

    package init(_ configuration: BackendConfiguration, _ resolver: NameResolver) throws(BackendError) {
        guard !configuration.endpoints.isEmpty else { throw BackendError("a backend needs at least one endpoint") }
        if let health = configuration.health {
            guard UpstreamRoute(.get, path: health.path, configuration: configuration) != nil else {
                throw BackendError("health: the path must start with '/' and hold neither query nor white space")
            }
        }
        self.configuration = configuration
        self.tls = try TLSContexts.client(configuration)
        var endpoints: [Endpoint] = []
        for (index, endpoint) in configuration.endpoints.enumerated() {
            endpoints.append(Endpoint(endpoint, index: index, try EndpointNames(endpoint, resolver)))
        }
        self.endpoints = endpoints
    }

    /// At least one endpoint is believed to be able to answer.
    package var isHealthy: Bool { self.endpoints.contains(where: \.isHealthy) }

    /// At least one is, and is not left alone by the loop that found it broken last. For versions whose requests all go
    /// through one loop; where each loop asks for itself, it knows more.
    package func mayBeAsked(now: NIODeadline) -> Bool {
        self.endpoints.contains { $0.isHealthy && !$0.isLeftAlone(now: now) }
    }
}

/// A backend that cannot be used as configured, in a sentence for operators.
package struct BackendError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
