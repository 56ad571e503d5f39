package import NIOCore

/// Cuts the bytes of one connection into requests. Pure: bytes in, events out; the caller keeps the bytes.
package struct RequestReader {
    package enum Event {
        /// Nothing more can be said until more bytes come.
        case more
        case head(RequestHead)
        /// The body of the request whose head was given last, or an empty one when it was only read past.
        case complete(ByteBuffer)
    }

    private enum State {
        /// `scanned` bytes of the head have been searched for its end.
        case head(scanned: Int)
        case length(left: Int)
        case chunked(ChunkedBody)
    }

    private var state = State.head(scanned: 0)
    private let limits: HTTPLimits
    private var isSkipping = false
    private var isEmptyLineSkipped = false

    package init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// The body of the current request is not wanted: it is read past and not kept.
    package mutating func skipBody() {
        self.isSkipping = true
        if case .chunked = self.state { self.state = .chunked(ChunkedBody(limits: self.limits, keeps: false)) }
    }

    /// The next event that the bytes in `input` allow; consumes the bytes it was made of.
    ///
    /// - Parameters:
    ///   - captures: headers whose values are kept in the head, names in lower case.
    ///   - target: called before a head is given, with the bytes of its request target, unless they are too many. The
    ///     bytes are visible ASCII and valid only within the call.
    package mutating func next(
        _ input: inout ByteBuffer,
        captures: [String] = [],
        target: (Slice<UnsafeRawBufferPointer>) -> Void
    ) throws(RequestFault) -> Event {
        switch self.state {
        case .head(let scanned): return try self.head(&input, scanned, captures, target)
        case .length(let left): return self.body(&input, left)
        case .chunked(var body):
            // Taken out first, so that appending to it does not copy it.
            self.state = .head(scanned: 0)
            guard try body.consume(&input) else {
                self.state = .chunked(body)
                return .more
            }
            return .complete(body.body)
        }
    }

    private mutating func head(
        _ input: inout ByteBuffer,
        _ scanned: Int,
        _ captures: [String],
        _ target: (Slice<UnsafeRawBufferPointer>) -> Void
    ) throws(RequestFault) -> Event {
        if scanned == 0 {
            guard try self.skipEmptyLine(&input) else { return .more }
        }
        let (head, length) = try input.withUnsafeReadableBytes {
            (bytes) throws(RequestFault) -> (RequestHead?, Int) in
            guard let end = try self.endOfHead(bytes, from: scanned) else { return (nil, bytes.count) }
            var parser = RequestHeadParser(
                UnsafeRawBufferPointer(rebasing: bytes[..<end]),
                limits: self.limits,
                captures: captures
            )
            return (try parser.parse(target: target), end)
        }
        guard let head else {
            self.state = .head(scanned: length)
            return .more
        }
        input.moveReaderIndex(forwardBy: length)
        self.isSkipping = false
        self.isEmptyLineSkipped = false
        switch head.framing {
        case .length(let count): self.state = .length(left: count)
        case .chunked: self.state = .chunked(ChunkedBody(limits: self.limits, keeps: true))
        }
        return .head(head)
    }

    /// One empty line before a request is forgiven (RFC 9112 2.2), not more: a client could keep its connection with them
    /// and never ask anything. False while it is open whether a request line has begun.
    private mutating func skipEmptyLine(_ input: inout ByteBuffer) throws(RequestFault) -> Bool {
        if input.getInteger(at: input.readerIndex, as: UInt8.self) == ASCIIBytes.carriageReturn {
            guard input.readableBytes > 1 else { return false }
            guard !self.isEmptyLineSkipped, input.getInteger(at: input.readerIndex + 1) == ASCIIBytes.lineFeed else {
                throw .malformed("the request line must begin with a method and one space")
            }
            self.isEmptyLineSkipped = true
            input.moveReaderIndex(forwardBy: 2)
            return try self.skipEmptyLine(&input)
        }
        return input.readableBytes > 0
    }

    /// Index behind the empty line that ends the head; nil when it has not come yet.
    private func endOfHead(_ bytes: UnsafeRawBufferPointer, from scanned: Int) throws(RequestFault) -> Int? {
        switch HeadSearch.search(bytes, from: scanned, limit: self.limits.headBytes) {
        case .more: return nil
        case .end(let end): return end
        case .bareLineFeed: throw .malformed("every line of the head must end with CRLF")
        case .tooLarge: throw .headTooLarge("the request head is larger than \(self.limits.headBytes) bytes")
        }
    }

    private mutating func body(_ input: inout ByteBuffer, _ left: Int) -> Event {
        if self.isSkipping {
            let count = min(left, input.readableBytes)
            input.moveReaderIndex(forwardBy: count)
            guard count == left else {
                self.state = .length(left: left - count)
                return .more
            }
            self.state = .head(scanned: 0)
            return .complete(ByteBuffer())
        }
        guard let body = input.readSlice(length: left) else { return .more }
        self.state = .head(scanned: 0)
        return .complete(body)
    }
}
