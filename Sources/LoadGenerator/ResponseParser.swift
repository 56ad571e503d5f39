package import NIOCore

/// An answer that is not HTTP/1.1, said in words.
package struct MalformedResponse: Error, Sendable, Equatable {
    package var reason: String
}

/// One complete answer.
package struct Response: Sendable {
    package var head: ResponseHead
    package var body: ByteBuffer
    /// False when the connection must not carry another request.
    package var isReusable: Bool
}

/// Reads answers one after another out of what the socket delivers, without copying where one read holds one answer.
/// Framing by length, chunks and end of connection; interim (1xx) answers are skipped.
package struct ResponseParser {
    private static let maximumHead = 64 << 10
    private static let maximumAnswer = 256 << 20

    private var pending = ByteBuffer()
    private var head: ResponseHead?

    package init() {}

    /// Takes the next bytes; returns the answer they complete.
    package mutating func receive(_ part: ByteBuffer) throws(MalformedResponse) -> Response? {
        if self.pending.readableBytes == 0 {
            self.pending = part
        } else {
            self.pending.writeImmutableBuffer(part)
        }
        guard self.pending.readableBytes <= Self.maximumAnswer else {
            throw MalformedResponse(reason: "answer larger than \(Self.maximumAnswer) bytes")
        }
        guard let head = try self.readHead() else { return nil }
        switch head.framing {
        case .length(let length):
            guard let body = self.pending.readSlice(length: length) else { return nil }
            return self.complete(head, body)
        case .chunked:
            guard let (body, length) = try ChunkedBody.decode(self.pending) else { return nil }
            self.pending.moveReaderIndex(forwardBy: length)
            return self.complete(head, body)
        case .untilClose:
            return nil
        }
    }

    /// The connection has ended: the answer that this completes, if there is one.
    package mutating func end() -> Response? {
        guard let head, case .untilClose = head.framing else { return nil }
        return self.complete(head, self.pending)
    }

    private mutating func readHead() throws(MalformedResponse) -> ResponseHead? {
        if let head { return head }
        while let (head, length) = try ResponseHead.parse(self.pending) {
            self.pending.moveReaderIndex(forwardBy: length)
            guard (100..<200).contains(head.status) else {
                self.head = head
                return head
            }
        }
        guard self.pending.readableBytes <= Self.maximumHead else {
            throw MalformedResponse(reason: "head larger than \(Self.maximumHead) bytes")
        }
        return nil
    }

    private mutating func complete(_ head: ResponseHead, _ body: ByteBuffer) -> Response {
        // Nothing was asked for beyond this answer, so surplus bytes cannot be trusted to be the start of the next.
        let reusable = !head.closes && self.pending.readableBytes == 0
        self.head = nil
        self.pending = ByteBuffer()
        return Response(head: head, body: body, isReusable: reusable)
    }
}
