import Foundation
import LoadGenerator
import NIOCore
import NIOPosix

/// The inference address of a gateway.
struct ReplayTarget: Equatable {
    static let rule = "the address must look like http://127.0.0.1:8000"

    let host: String
    let port: Int

    /// Nil when `url` is not a plain HTTP address without a path.
    init?(_ url: String) {
        guard let parts = URLComponents(string: url.contains("://") ? url : "http://\(url)"),
            parts.scheme?.lowercased() == "http", let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil, parts.user == nil,
            (1...65_535).contains(parts.port ?? 80)
        else { return nil }
        // An IPv6 address is written in brackets and looked up without.
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = parts.port ?? 80
    }

    /// As in a `host` header.
    var authority: String { "\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)" }

    /// Connects once, so that a gateway that is not there is said so at once, and gives the address that worked: a name
    /// may have several.
    func reach() async throws(ReplayError) -> SocketAddress {
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(5))
                .connect(host: self.host, port: self.port).get()
            defer { channel.close(promise: nil) }
            guard let address = channel.remoteAddress else { throw ChannelError.alreadyClosed }
            return address
        } catch {
            let problem = ConnectionProblem(error)
            let advice = problem.isRefused ? "; is `teal serve` running?" : ""
            throw ReplayError("cannot reach the gateway at http://\(self.authority): \(problem)\(advice)")
        }
    }
}
