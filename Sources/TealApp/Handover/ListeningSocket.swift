import Glibc
import NIOCore

/// Questions about a listening socket that came from another process.
enum ListeningSocket {
    /// True when `socket` is bound to `host` and `port`, where 0 stands for any port. Blocks while a name is looked up.
    static func address(of socket: CInt, is host: String, _ port: Int) -> Bool {
        guard let bound = Self.address(of: socket), let boundPort = bound.port, port == 0 || port == boundPort else {
            return false
        }
        return (try? SocketAddress.makeAddressResolvingHost(host, port: boundPort)) == bound
    }

    private static func address(of socket: CInt) -> SocketAddress? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        guard result == 0 else { return nil }
        return withUnsafeBytes(of: storage) { bytes in
            switch CInt(storage.ss_family) {
            case AF_INET: SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self))
            case AF_INET6: SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self))
            default: nil
            }
        }
    }
}
