package import HTTP1
import NIOHTTP1

/// How our reading of requests differs from that of NIOHTTP1. Whatever we take, it must take, and as the same requests;
/// what we refuse, it may take.
package struct RequestDifferences {
    /// Where we take what llhttp refuses, and why that is no harm: it ends the connection in each of these cases, so
    /// there is no second reading of what follows.
    package static let known: [String: String] = [
        "invalid HTTP method": "llhttp knows a list of methods; to us any token is one, and is answered with 405",
        "invalid URL": "llhttp checks the target while it reads; we refuse it once the request is read",
        "strict mode assertion": "llhttp looks into chunk extensions; we only bound them and forbid control characters",
    ]

    package let ours: ReaderRun
    package let theirs: PeerRun
    /// Headers whose values are compared: all that the other found, names in lower case.
    private let names: [String]

    /// - Parameter pieces: how our reader gets the bytes.
    package init(_ pieces: [[UInt8]], limits: HTTPLimits = HTTPLimits()) {
        self.theirs = PeerRun(pieces.flatMap(\.self))
        self.names = Set(self.theirs.requests.flatMap { $0.head.headers.map { $0.name.lowercased() } }).sorted()
        self.ours = ReaderRun(pieces, limits: limits, captures: self.names)
    }

    /// What differs, as sentences. Nothing is compared behind a request that ends the connection, in either reading.
    package func found() -> [String] {
        for (index, request) in self.ours.requests.enumerated() {
            guard let body = request.body else { return [] }
            if index >= self.theirs.requests.count, self.isKnown(request.head) { return [] }
            if index > 0, index == self.theirs.requests.count, self.stops(behind: index - 1) { return [] }
            guard index < self.theirs.requests.count else {
                return ["request \(index) is not taken: \(self.theirs.fault ?? "")"]
            }
            let other = self.theirs.requests[index]
            if other.body == nil, self.isKnown(request.head) { return [] }
            var wrong = self.differences(request.head, other.head)
            if other.body != body { wrong.append("body: \(self.theirs.fault ?? "")") }
            if !request.target.isEmpty, request.target != other.head.uri { wrong.append("target") }
            guard wrong.isEmpty else { return wrong.map { "\(index): \($0)" } }
            if !request.head.keepsAlive { return [] }
        }
        return []
    }

    /// llhttp stops reading behind a request for another protocol, to which we answer in HTTP/1.1, and takes
    /// Proxy-Connection, which RFC 9112 C.2.2 tells servers not to act on, for Connection.
    private func stops(behind index: Int) -> Bool {
        let head = self.theirs.requests[index].head
        return head.method == .CONNECT || head.headers.contains(name: "upgrade")
            || head.headers.contains(name: "proxy-connection")
    }

    private func isKnown(_ head: RequestHead) -> Bool {
        guard let fault = self.theirs.fault, Self.known[fault] != nil else { return false }
        return fault != "strict mode assertion" || head.framing == .chunked
    }

    private func differences(_ head: RequestHead, _ other: HTTPRequestHead) -> [String] {
        var wrong: [String] = []
        if head.method != Self.method(other.method) { wrong.append("method") }
        if head.isHTTP10 != (other.version == .http1_0) { wrong.append("version") }
        // We end the connection behind CONNECT, do not act on Proxy-Connection, and of close and keep-alive in one
        // request we take close, llhttp in HTTP/1.0 keep-alive.
        let closes = !head.keepsAlive && other.version == .http1_0
        let isOwn = other.method == .CONNECT || closes || other.headers.contains(name: "proxy-connection")
        if !isOwn, head.keepsAlive != other.isKeepAlive { wrong.append("keep-alive") }
        for name in self.names {
            // Of a header given twice the first counts, up to 1,024 bytes of it.
            let value = other.headers.first(name: name).map { Fields.trimmed($0) }
            if let value, value.utf8.count > 1_024 { continue }
            if head.captured(name) != value { wrong.append("header \(name)") }
        }
        return wrong
    }

    private static func method(_ method: HTTPMethod) -> RequestHead.Method {
        switch method {
        case .GET: .get
        case .HEAD: .head
        case .POST: .post
        default: .other
        }
    }
}
