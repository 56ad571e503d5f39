import Glibc
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
    /// The target of the request before: clients ask for the same one again and again.
    private var lastTarget: (bytes: [UInt8], target: RequestTarget) = ([], .unknown)

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
    /// - Parameter captures: headers whose values are kept in the head, names in lower case.
    package mutating func next(
        _ input: inout ByteBuffer,
        captures: [String] = []
    ) throws(RequestFault) -> Event {
        switch self.state {
        case .head(let scanned): return try self.head(&input, scanned, captures)
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
        _ captures: [String]
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
            return (try parser.parse { self.target($0) }, end)
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
        guard let base = bytes.baseAddress else { return nil }
        var position = scanned
        while position < bytes.count,
            let found = memchr(base + position, Int32(ASCIIBytes.lineFeed), bytes.count - position)
        {
            let index = UnsafeRawPointer(found) - base
            guard index >= 1, bytes[index - 1] == ASCIIBytes.carriageReturn else {
                throw .malformed("every line of the head must end with CRLF")
            }
            guard index < self.limits.headBytes else { break }
            if index >= 3, bytes[index - 2] == ASCIIBytes.lineFeed { return index + 1 }
            position = index + 1
        }
        guard bytes.count > self.limits.headBytes else { return nil }
        throw .headTooLarge("the request head is larger than \(self.limits.headBytes) bytes")
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

    private mutating func target(_ bytes: Slice<UnsafeRawBufferPointer>) -> RequestTarget {
        if bytes.elementsEqual(self.lastTarget.bytes) { return self.lastTarget.target }
        let target = RequestTarget(parsing: String(decoding: bytes, as: UTF8.self))
        if bytes.count <= 256 { self.lastTarget = (Array(bytes), target) }
        return target
    }
}
