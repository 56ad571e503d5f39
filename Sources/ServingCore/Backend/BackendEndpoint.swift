/// Where a backend listens, parsed once: what is compared, shown and connected to is the same value.
package struct BackendEndpoint: Sendable, Hashable, CustomStringConvertible {
    package enum Address: Sendable, Hashable {
        /// A name or an address, without the brackets of IPv6.
        case host(String, port: Int)
        /// Path of a Unix socket.
        case unix(String)
    }

    package let address: Address
    package let isTLS: Bool
    /// What every request target begins with: empty, or `/` and more, without a `/` at the end.
    package private(set) var prefix: String
    /// Value of the Host header.
    package let authority: String

    /// Nil unless `text` is `http://host[:port][/prefix]`, `https://...` or `unix:/path`, without user, query or fragment.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = text.dropFirst(5)
            // `sun_path` holds 108 bytes with the NUL behind.
            guard path.hasPrefix("/"), path.utf8.count < 108, path.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                return nil
            }
            self.address = .unix(String(path))
            self.isTLS = false
            self.prefix = ""
            self.authority = "localhost"
            return
        }
        let isTLS = text.hasPrefix("https://")
        guard isTLS || text.hasPrefix("http://") else { return nil }
        let rest = text.dropFirst(isTLS ? 8 : 7)
        let authority = rest.prefix { $0 != "/" }
        guard let (host, port) = Self.hostAndPort(authority), let prefix = Self.prefix(rest[authority.endIndex...])
        else {
            return nil
        }
        self.address = .host(host, port: port ?? (isTLS ? 443 : 80))
        self.isTLS = isTLS
        self.prefix = prefix
        self.authority = authority.lowercased()
    }

    /// Without `/v1` at the end of the prefix: clients of OpenAI's API are given it with that, and it is in the paths asked.
    package var withoutAPIVersion: BackendEndpoint {
        guard self.prefix.hasSuffix("/v1") else { return self }
        var endpoint = self
        endpoint.prefix.removeLast(3)
        return endpoint
    }

    package static let rule = "an endpoint is http://host[:port][/prefix], https://host[:port][/prefix] or unix:/path"

    package var description: String {
        switch self.address {
        case .unix(let path): "unix:\(path)"
        case .host: "\(self.isTLS ? "https" : "http")://\(self.authority)\(self.prefix)"
        }
    }

    private static func hostAndPort(_ authority: Substring) -> (host: String, port: Int?)? {
        let host: Substring
        let behind: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            behind = authority[authority.index(after: end)...]
            guard host.utf8.contains(0x3A), host.utf8.allSatisfy(Self.isIPv6) else { return nil }
        } else {
            host = authority.prefix { $0 != ":" }
            behind = authority[host.endIndex...]
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isHost) else { return nil }
        }
        guard !behind.isEmpty else { return (host.lowercased(), nil) }
        let digits = behind.dropFirst()
        guard behind.hasPrefix(":"), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        return (host.lowercased(), port)
    }

    /// Escapes, dots and double slashes could mean something else to the server than to whoever reads the configuration.
    private static func prefix(_ path: Substring) -> String? {
        guard path.utf8.allSatisfy({ Self.isHost($0) || $0 == 0x2F || $0 == 0x7E }) else { return nil }
        let segments = path.split(separator: "/", omittingEmptySubsequences: true)
        guard !path.contains("//"), !segments.contains("."), !segments.contains("..") else { return nil }
        return segments.map { "/" + $0 }.joined()
    }

    private static func isHost(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
            || byte == 0x5F
    }

    private static func isIPv6(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20) || byte == 0x3A || byte == 0x2E
    }
}
