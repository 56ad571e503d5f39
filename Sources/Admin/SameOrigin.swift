/// Keeps web pages from using an operator's browser against the admin API: a pure decision on a request's head.
struct SameOrigin: Sendable {
    /// The host name the server was told to listen on.
    let host: String
    /// Without a token only the `Host` header tells an operator from a page whose name was re-pointed to this machine
    /// (DNS rebinding), so it must name this machine. With a token any name will do, e.g. a proxy's.
    let requiresOwnHost: Bool

    /// Why the request is refused, or nil.
    func refusal(changesState: Bool, authority: String?, origin: String?, fetchSite: String?) -> String? {
        guard let authority, let own = Authority(authority) else { return "a valid Host header is required" }
        if self.requiresOwnHost, !AdminConfiguration.isLoopback(own.host), own.host != self.host.lowercased() {
            return "the Host header names another machine; use the address the admin API listens on"
        }
        guard changesState else { return nil }
        if let fetchSite, fetchSite != "same-origin", fetchSite != "none" {
            return "requests from other sites are not accepted"
        }
        guard let origin else { return nil }
        for (scheme, port) in [("http://", 80), ("https://", 443)] where origin.lowercased().hasPrefix(scheme) {
            guard let theirs = Authority(String(origin.dropFirst(scheme.count))) else { break }
            if theirs.host == own.host, theirs.port ?? port == own.port ?? port { return nil }
        }
        return "requests from other origins are not accepted"
    }
}

/// `host[:port]`, lower-cased; IPv6 addresses keep their brackets.
struct Authority: Equatable {
    let host: String
    let port: Int?

    init?(_ text: String) {
        let text = text.lowercased()
        let hostEnd: String.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            hostEnd = text.index(after: bracket)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
        }
        let rest = text[hostEnd...]
        let host = text[..<hostEnd]
        guard !host.isEmpty, host.allSatisfy({ $0.isASCII && !$0.isWhitespace && !"/@?#\\".contains($0) }) else {
            return nil
        }
        if rest.isEmpty {
            self.port = nil
        } else {
            guard rest.first == ":", let port = UInt16(rest.dropFirst()) else { return nil }
            self.port = Int(port)
        }
        self.host = String(host)
    }
}
