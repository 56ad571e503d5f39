import NIOCore
package import ServingCore

/// What a backend is asked: method, path and the headers that are the same each time, rendered once for each endpoint.
/// Made of configuration only: nothing of a client's request line gets into it.
package struct UpstreamRoute: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    package let method: Method
    /// Request line and header lines, by the endpoint's index.
    let heads: [ByteBuffer]

    /// Nil when `path` does not start with `/` or holds anything but unreserved characters, `/`, `:`, `%` escapes.
    ///
    /// - Parameters:
    ///   - path: below each endpoint's prefix.
    ///   - lines: e.g. the content type of all requests.
    package init?(
        _ method: Method,
        path: String,
        lines: RequestLines = RequestLines(),
        configuration: BackendConfiguration
    ) {
        guard path.utf8.first == 0x2F, path.utf8.allSatisfy(Self.isPath) else { return nil }
        self.method = method
        self.heads = configuration.endpoints.map { endpoint in
            var head = ByteBuffer()
            head.writeString("\(method.rawValue) \(endpoint.prefix)\(path) HTTP/1.1\r\nhost: \(endpoint.authority)\r\n")
            for header in configuration.headers {
                head.writeString("\(header.name): \(header.value.revealed)\r\n")
            }
            head.writeImmutableBuffer(lines.bytes)
            return head
        }
    }

    /// `name` as one segment of a path: whatever it holds, it does not end the segment.
    package static func segment(_ name: String) -> String {
        var segment = ""
        for byte in name.utf8 {
            if Self.isUnreserved(byte) {
                segment.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                segment += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        // A segment of dots alone is a step up, escaped or not.
        return segment.allSatisfy { $0 == "." } ? "" : segment
    }

    private static func isPath(_ byte: UInt8) -> Bool {
        self.isUnreserved(byte) || byte == 0x2F || byte == 0x3A || byte == 0x25
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
            || byte == 0x5F || byte == 0x7E
    }
}
