package import NIOCore

/// One request to a backend, whole: it may have to be sent more than once.
package struct UpstreamRequest: Sendable {
    package var route: UpstreamRoute
    /// Header lines of this request alone.
    package var lines = RequestLines()
    package var body: ByteBuffer
    /// May be sent again although a backend may have acted on it, as long as nothing of an answer has come.
    package var isIdempotent: Bool
    /// When it must be answered, if that is sooner than the backend's own time-outs say; a stream of events must have
    /// begun by then. Not for a client to choose: an endpoint that has not begun to answer counts as one that failed.
    package var deadline = NIODeadline.distantFuture

    /// - Parameter isIdempotent: what the backend's configuration says; GET and HEAD always are.
    package init(_ route: UpstreamRoute, body: ByteBuffer = ByteBuffer(), isIdempotent: Bool) {
        self.route = route
        self.body = body
        self.isIdempotent = isIdempotent || route.method != .post
    }

    /// More of the body than this is not copied behind the head but written beside it.
    private static let copiedBody = 16 << 10

    /// Appends the request, as the endpoint of that index wants it, to `out`; true when the body has to be written after it.
    func render(endpoint: Int, into out: inout ByteBuffer) -> Bool {
        let copies = self.body.readableBytes <= Self.copiedBody
        let head = self.route.heads[endpoint]
        out.reserveCapacity(
            minimumWritableBytes: head.readableBytes + self.lines.bytes.readableBytes + 48
                + (copies ? self.body.readableBytes : 0)
        )
        out.writeImmutableBuffer(head)
        out.writeImmutableBuffer(self.lines.bytes)
        if self.route.method == .post {
            out.writeStaticString("content-length: ")
            out.writeDecimal(self.body.readableBytes)
            out.writeStaticString("\r\n")
        }
        out.writeStaticString("\r\n")
        guard self.route.method == .post else { return false }
        if copies { out.writeImmutableBuffer(self.body) }
        return !copies
    }
}
