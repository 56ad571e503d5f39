package import NIOCore

/// Cuts the bytes of one connection to a server into answers. Pure: bytes in, events out; the caller keeps the bytes.
/// Interim answers (1xx) are swallowed, a bounded number of them for each request.
package struct ResponseReader {
    package enum Event {
        /// Nothing more can be said until more bytes come.
        case more
        /// The final head.
        case head(ResponseHead)
        /// Some of the body, never empty: a slice of the input.
        case body(ByteBuffer)
        case end
    }

    private enum State {
        /// `scanned` bytes of the head have been searched for its end.
        case head(scanned: Int)
        case length(left: Int)
        case chunked(ChunkedBody)
        case untilClose(total: Int)
        case ended
    }

    private static let mostInterim = 16

    private let limits: HTTPLimits
    private var state = State.ended
    private var answersHead = false
    private var interim = 0
    /// Kept from answer to answer, so that its memory is.
    private var lines = ByteBuffer()

    /// Of `limits` the sizes of head, fields and body count.
    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// A request was sent; the next bytes are its answer.
    package mutating func begin(answersHead: Bool) {
        self.state = .head(scanned: 0)
        self.answersHead = answersHead
        self.interim = 0
    }

    /// The next event that the bytes in `input` allow; consumes the bytes it was made of. After `end` nothing more comes
    /// until `begin`.
    package mutating func next(_ input: inout ByteBuffer) throws(ResponseFault) -> Event {
        switch self.state {
        case .head(let scanned): return try self.head(&input, scanned)
        case .length(let left):
            guard left > 0 else { return self.end() }
            guard let piece = Self.piece(&input, atMost: left) else { return .more }
            self.state = .length(left: left - piece.readableBytes)
            return .body(piece)
        case .chunked(let body): return try self.chunk(&input, body)
        case .untilClose(let total):
            guard let piece = Self.piece(&input, atMost: .max) else { return .more }
            guard piece.readableBytes <= self.limits.bodyBytes - total else {
                throw .bodyTooLarge(limit: self.limits.bodyBytes)
            }
            self.state = .untilClose(total: total + piece.readableBytes)
            return .body(piece)
        case .ended: return .more
        }
    }

    /// The server closed its side: returns when that is how the answer ends, and throws when it was cut off.
    package mutating func close() throws(ResponseFault) {
        switch self.state {
        case .untilClose, .ended: self.state = .ended
        case .head: throw ResponseFault(kind: .truncated, message: "the connection was closed before an answer came")
        case .length, .chunked:
            throw ResponseFault(kind: .truncated, message: "the connection was closed in the middle of the answer")
        }
    }

    private mutating func end() -> Event {
        self.state = .ended
        return .end
    }

    private mutating func head(_ input: inout ByteBuffer, _ scanned: Int) throws(ResponseFault) -> Event {
        var scanned = scanned
        while true {
            let (head, length) = try input.withUnsafeReadableBytes {
                (bytes) throws(ResponseFault) -> (ResponseHead?, Int) in
                try self.parse(bytes, from: scanned)
            }
            guard var head else {
                self.state = .head(scanned: length)
                return .more
            }
            input.moveReaderIndex(forwardBy: length)
            guard head.status >= 200 else {
                self.interim += 1
                guard self.interim <= Self.mostInterim else { throw .malformed("too many interim answers") }
                scanned = 0
                continue
            }
            head.lines = self.lines
            try self.beginBody(head.framing)
            return .head(head)
        }
    }

    /// The head in `bytes` and its length; without one how many bytes need not be searched again.
    private mutating func parse(
        _ bytes: UnsafeRawBufferPointer,
        from scanned: Int
    ) throws(ResponseFault) -> (ResponseHead?, Int) {
        switch HeadSearch.search(bytes, from: scanned, limit: self.limits.headBytes) {
        case .more:
            guard zip(bytes, "HTTP/1.".utf8).allSatisfy(==) else {
                throw .malformed("what came does not begin like an answer of HTTP/1")
            }
            return (nil, bytes.count)
        case .bareLineFeed: throw .malformed("a line of the answer's head does not end with CRLF")
        case .tooLarge: throw .headTooLarge("the answer's head is larger than \(self.limits.headBytes) bytes")
        case .end(let end):
            var parser = ResponseHeadParser(UnsafeRawBufferPointer(rebasing: bytes[..<end]), limits: self.limits)
            self.lines.clear()
            return (try parser.parse(answersHead: self.answersHead, lines: &self.lines), end)
        }
    }

    private mutating func beginBody(_ framing: ResponseHead.Framing) throws(ResponseFault) {
        switch framing {
        case .none: self.state = .length(left: 0)
        case .length(let length):
            guard length <= self.limits.bodyBytes else { throw .bodyTooLarge(limit: self.limits.bodyBytes) }
            self.state = .length(left: length)
        case .chunked: self.state = .chunked(ChunkedBody(limits: self.limits))
        case .untilClose: self.state = .untilClose(total: 0)
        }
    }

    private mutating func chunk(_ input: inout ByteBuffer, _ body: ChunkedBody) throws(ResponseFault) -> Event {
        var body = body
        let part: ChunkedBody.Part
        do throws(RequestFault) {
            part = try body.next(&input)
        } catch {
            throw ResponseFault(error)
        }
        self.state = .chunked(body)
        switch part {
        case .more: return .more
        case .data(let piece): return .body(piece)
        case .end: return self.end()
        }
    }

    private static func piece(_ input: inout ByteBuffer, atMost most: Int) -> ByteBuffer? {
        let count = min(most, input.readableBytes)
        return count > 0 ? input.readSlice(length: count) : nil
    }
}
