import NIOCore
import ServingCore
import Synchronization
import Upstream

/// A name server that gives every endpoint the same addresses, which the test may change.
final class FakeNames: Sendable {
    private let state: Mutex<(addresses: [String], asked: Int)>

    init(_ addresses: [String]) {
        self.state = Mutex((addresses, 0))
    }

    var asked: Int { self.state.withLock { $0.asked } }

    /// None: the name is not found.
    func set(_ addresses: [String]) { self.state.withLock { $0.addresses = addresses } }

    var resolver: NameResolver {
        NameResolver(
            resolve: { endpoint throws(BackendError) in
                let addresses = self.state.withLock { state in
                    state.asked += 1
                    return state.addresses
                }
                guard case .host(_, let port) = endpoint.address, !addresses.isEmpty else {
                    throw BackendError("no address")
                }
                return addresses.compactMap { try? SocketAddress(ipAddress: $0, port: port) }
            },
            elsewhere: { $0() }
        )
    }
}
