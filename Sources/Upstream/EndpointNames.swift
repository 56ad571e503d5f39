package import NIOCore
package import ServingCore
import Synchronization

/// The addresses of one endpoint. Its name is looked up again now and then, on another thread and only while connections
/// are opened: who moves is found, and a name server that is gone changes nothing.
final class EndpointNames: Sendable {
    /// What was found is good for so long.
    static let age = TimeAmount.seconds(30)
    /// However often it is asked for, a name is looked up once in so long.
    static let pause = TimeAmount.seconds(5)

    private struct Found {
        var addresses: [SocketAddress]
        var at = NIODeadline.distantPast
        var isLooking = false
    }

    private let endpoint: BackendEndpoint
    private let resolver: NameResolver
    /// False for what is an address already.
    private let isName: Bool
    private let found: Mutex<Found>

    /// Looks the name up, which blocks.
    init(_ endpoint: BackendEndpoint, _ resolver: NameResolver) throws(BackendError) {
        self.endpoint = endpoint
        self.resolver = resolver
        self.isName =
            if case .host(let host, _) = endpoint.address {
                (try? SocketAddress(ipAddress: host, port: 0)) == nil
            } else {
                false
            }
        self.found = Mutex(Found(addresses: try resolver.resolve(endpoint)))
    }

    /// In the order to try them; never empty.
    var addresses: [SocketAddress] { self.found.withLock { $0.addresses } }

    func refresh(ifOlderThan age: TimeAmount, now: NIODeadline) {
        guard self.isName else { return }
        let isDue = self.found.withLock { found in
            guard !found.isLooking, now - found.at >= age else { return false }
            found.isLooking = true
            found.at = now
            return true
        }
        guard isDue else { return }
        self.resolver.elsewhere {
            let addresses = (try? self.resolver.resolve(self.endpoint)) ?? []
            self.found.withLock { found in
                if !addresses.isEmpty { found.addresses = addresses }
                found.isLooking = false
            }
        }
    }
}

/// How names are looked up. Tests put their own in its place.
package struct NameResolver: Sendable {
    /// The addresses of an endpoint, at least one, in the order to try them. May block.
    let resolve: @Sendable (BackendEndpoint) throws(BackendError) -> [SocketAddress]
    /// Runs what may block.
    let elsewhere: @Sendable (@escaping @Sendable () -> Void) -> Void

    package init(
        resolve: @escaping @Sendable (BackendEndpoint) throws(BackendError) -> [SocketAddress],
        elsewhere: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.resolve = resolve
        self.elsewhere = elsewhere
    }
}
