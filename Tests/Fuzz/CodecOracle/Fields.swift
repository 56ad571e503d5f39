import NIOHTTP1

/// Header fields, read without the code under test.
package enum Fields {
    /// What an answer's reader keeps to itself: about the connection, about the framing, or the gateway's own.
    private static let own: Set<String> = [
        "te", "trailer", "upgrade", "connection", "keep-alive", "content-length", "proxy-connection",
        "transfer-encoding", "proxy-authenticate", "inference-header-content-length",
    ]

    package static func trimmed(_ value: some StringProtocol) -> String {
        let isSpace = { (character: Unicode.Scalar) in character == " " || character == "\t" }
        var rest = value.unicodeScalars.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return String(String.UnicodeScalarView(rest))
    }

    /// `name: value` of each of `lines`, which end with CRLF.
    package static func of(_ lines: String) -> [String] {
        lines.unicodeScalars.split(separator: "\n").map { line in
            let line = line.last == "\r" ? line.dropLast() : line
            let name = line.prefix { $0 != ":" }
            return String(name) + ": " + Self.trimmed(String(line.dropFirst(name.count + 1)))
        }
    }

    /// `name: value` of each of `headers` that may be passed on to a client.
    package static func passedOn(_ headers: [(name: String, value: String)]) -> [String] {
        let nominated = headers.filter { $0.name.lowercased() == "connection" }
            .flatMap { $0.value.split(separator: ",").map { Self.trimmed($0).lowercased() } }
        return headers.filter { field in
            let name = field.name.lowercased()
            return !Self.own.contains(name) && !name.hasPrefix("teal-") && !nominated.contains(name)
        }
        .map { "\($0.name): \(Self.trimmed($0.value))" }
    }
}
