import HTTP1
import NIOCore

/// Lays out the head of an answer that a remote version gave: its status and headers, ours about who answered, and how
/// this connection frames it.
struct ForwardedHead {
    enum Framing {
        case length(Int)
        case chunked
        /// HTTP/1.0 clients know no chunks: the connection's end is the body's.
        case untilClose
        /// There is no body, and no length is stated: 204 and 304.
        case none
    }

    let status: Int
    /// Complete header lines of the backend.
    let lines: ByteBuffer
    /// JSON part of a body with binary tensors.
    let inferenceHeaderLength: Int?
    /// Complete header lines of ours.
    let own: [UInt8]
    let framing: Framing
    let closes: Bool
    let saysKeepAlive: Bool

    func write(into out: inout ByteBuffer) {
        out.reserveCapacity(minimumWritableBytes: 192 + self.lines.readableBytes + self.own.count)
        if let known = HTTPStatus(number: self.status) {
            out.writeStaticString(known.line)
        } else {
            out.writeStaticString("HTTP/1.1 ")
            out.writeString(String(self.status))
            // The reason may be empty; the space before it may not be left out.
            out.writeStaticString(" \r\n")
        }
        out.writeImmutableBuffer(self.lines)
        out.writeBytes(self.own)
        if let length = self.inferenceHeaderLength {
            out.writeStaticString("inference-header-content-length: ")
            out.writeString(String(length))
            out.writeStaticString("\r\n")
        }
        if self.closes {
            out.writeStaticString("connection: close\r\n")
        } else if self.saysKeepAlive {
            out.writeStaticString("connection: keep-alive\r\n")
        }
        switch self.framing {
        case .length(let length):
            out.writeStaticString("content-length: ")
            out.writeString(String(length))
            out.writeStaticString("\r\n")
        case .chunked: out.writeStaticString("transfer-encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        out.writeStaticString("\r\n")
    }
}
