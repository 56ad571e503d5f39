/// Where the admin API listens and who may use it.
package struct AdminConfiguration: Sendable, Equatable {
    /// An address or a host name; loopback unless there is a token.
    package var host: String
    /// 0 lets the system choose; `onListening` tells which.
    package var port: Int
    /// Bearer token that every call except the probes must carry; nil leaves the API open to this machine.
    package var token: String?

    package init(host: String = "127.0.0.1", port: Int = 8002, token: String? = nil) {
        self.host = host
        self.port = port
        self.token = token
    }

    /// Throws one line that says what is wrong and what would be right.
    package func validate() throws(AdminStartError) {
        guard (0...65_535).contains(self.port) else {
            throw AdminStartError("admin port \(self.port) is not between 0 and 65535")
        }
        if let token {
            guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw AdminStartError("the admin token must be one or more printable ASCII characters without spaces")
            }
        } else if !Self.isLoopback(self.host) {
            throw AdminStartError(
                "refusing to open the admin API on \(self.host) without a token; set one, or listen on 127.0.0.1"
            )
        }
    }

    /// True for names and addresses that only this machine can reach. Other names are not looked up: they count as
    /// reachable from outside.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// Why the admin API could not start, in one line.
package struct AdminStartError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
