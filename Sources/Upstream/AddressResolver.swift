import Dispatch
import Glibc
import NIOCore
import ServingCore

/// Finds the addresses of endpoints.
enum AddressResolver {
    static let system = NameResolver(
        resolve: AddressResolver.resolve,
        elsewhere: { DispatchQueue.global(qos: .utility).async(execute: $0) }
    )

    /// All addresses of the endpoint, in the order the system prefers them. Blocks while names are looked up.
    static func resolve(_ endpoint: BackendEndpoint) throws(BackendError) -> [SocketAddress] {
        switch endpoint.address {
        case .unix(let path):
            guard let address = try? SocketAddress(unixDomainSocketPath: path) else {
                throw BackendError("\(endpoint): the path is too long for a socket")
            }
            return [address]
        case .host(let host, let port):
            let addresses = Self.lookUp(host, port)
            guard !addresses.isEmpty else { throw BackendError("\(endpoint): the name has no address") }
            return addresses
        }
    }

    private static func lookUp(_ host: String, _ port: Int) -> [SocketAddress] {
        if let address = try? SocketAddress(ipAddress: host, port: port) { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var results: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &results) == 0 else { return [] }
        defer { freeaddrinfo(results) }
        var addresses: [SocketAddress] = []
        var next = results
        while let result = next {
            next = result.pointee.ai_next
            guard let text = Self.numeric(result.pointee),
                let address = try? SocketAddress(ipAddress: text, port: port)
            else { continue }
            addresses.append(address)
        }
        return addresses
    }

    private static func numeric(_ result: addrinfo) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { text in
            guard
                getnameinfo(
                    result.ai_addr,
                    result.ai_addrlen,
                    text.baseAddress,
                    socklen_t(text.count),
                    nil,
                    0,
                    NI_NUMERICHOST
                ) == 0
            else { return nil }
            return text.baseAddress.map { String(cString: $0) }
        }
    }
}
