package import HTTP1
package import NIOCore

/// Lays out one HTTP/1.1 response as bytes. There is no header list in between: the heads are constants.
package struct ResponseWriter {
    package var status: HTTPStatus
    package var contentType: StaticString = "application/json"
    /// Further complete header lines, e.g. a slot's `answerHeaders`.
    package var lines: [UInt8] = []
    /// JSON part of a body with binary tensors.
    package var inferenceHeaderLength: Int?
    package var allow: StaticString?
    package var errorCode: String?
    package var closes: Bool
    /// HTTP/1.0 clients assume the connection closes unless told.
    package var saysKeepAlive = false
    /// An answer to HEAD: the length is stated, the body left out.
    package var omitsBody = false

    package init(status: HTTPStatus, closes: Bool) {
        self.status = status
        self.closes = closes
    }

    /// Appends the head and, unless `omitsBody`, `body`.
    package func write(body: ByteBuffer, into out: inout ByteBuffer) {
        out.reserveCapacity(minimumWritableBytes: 256 + self.lines.count + (self.omitsBody ? 0 : body.readableBytes))
        out.writeStaticString(self.status.line)
        out.writeStaticString("content-type: ")
        out.writeStaticString(self.contentType)
        out.writeStaticString("\r\n")
        out.writeBytes(self.lines)
        if let length = self.inferenceHeaderLength {
            out.writeStaticString("inference-header-content-length: ")
            out.writeString(String(length))
            out.writeStaticString("\r\n")
        }
        if let allow = self.allow {
            out.writeStaticString("allow: ")
            out.writeStaticString(allow)
            out.writeStaticString("\r\n")
        }
        if let code = self.errorCode {
            out.writeStaticString("teal-error: ")
            out.writeString(code)
            out.writeStaticString("\r\n")
        }
        if self.status.isRetryable { out.writeStaticString("retry-after: 1\r\n") }
        if self.closes {
            out.writeStaticString("connection: close\r\n")
        } else if self.saysKeepAlive {
            out.writeStaticString("connection: keep-alive\r\n")
        }
        out.writeStaticString("content-length: ")
        out.writeString(String(body.readableBytes))
        out.writeStaticString("\r\n\r\n")
        if !self.omitsBody { out.writeImmutableBuffer(body) }
    }
}
