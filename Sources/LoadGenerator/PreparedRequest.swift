package import NIOCore

/// The bytes of one HTTP/1.1 request, made once and sent any number of times without a copy.
package struct PreparedRequest: Sendable {
    package let bytes: ByteBuffer

    /// A request with a body. `path` and `headers` are written as they are, so they must not hold line breaks.
    package init(
        post path: String,
        host: String,
        contentType: String = "application/json",
        headers: [(name: String, value: String)] = [],
        body: some Collection<UInt8>
    ) {
        var head = "POST \(path) HTTP/1.1\r\nhost: \(host)\r\ncontent-type: \(contentType)\r\n"
        head += "content-length: \(body.count)\r\n"
        self.init(head: head, headers: headers, body: body)
    }

    /// A request without a body.
    package init(get path: String, host: String, headers: [(name: String, value: String)] = []) {
        self.init(head: "GET \(path) HTTP/1.1\r\nhost: \(host)\r\n", headers: headers, body: EmptyCollection())
    }

    private init(head: String, headers: [(name: String, value: String)], body: some Collection<UInt8>) {
        var bytes = ByteBuffer()
        bytes.reserveCapacity(head.utf8.count + 64 * headers.count + 2 + body.count)
        bytes.writeString(head)
        for header in headers { bytes.writeString("\(header.name): \(header.value)\r\n") }
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(body)
        self.bytes = bytes
    }
}
