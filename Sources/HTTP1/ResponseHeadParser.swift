import NIOCore

/// Reads the head of one answer (RFC 9112), strictly: what two clients could read differently is a fault. Allocates
/// nothing for header fields.
struct ResponseHeadParser {
    private let bytes: UnsafeRawBufferPointer
    private let limits: HTTPLimits
    private var head = ResponseHead()
    private var isHTTP10 = false
    private var contentLength: Int?
    private var isChunked = false
    private var saysClose = false
    private var saysKeepAlive = false
    /// Start of the lines that may be passed on and are not copied yet.
    private var runStart = 0
    /// Fields that Connection declares to be about the connection. Hardly ever any.
    private var nominated: [Slice<UnsafeRawBufferPointer>] = []

    private static let mostNominated = 8

    /// `bytes` ends with the empty line that ends the head; every line feed in it follows a carriage return.
    init(_ bytes: UnsafeRawBufferPointer, limits: HTTPLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// - Parameters:
    ///   - answersHead: the request was HEAD.
    ///   - lines: empty; the header lines that may be passed on are appended.
    mutating func parse(answersHead: Bool, lines: inout ByteBuffer) throws(ResponseFault) -> ResponseHead {
        var position = try self.statusLine()
        self.runStart = position
        var fields = 0
        while self.bytes[position] != ASCIIBytes.carriageReturn {
            fields += 1
            guard fields <= self.limits.headerFields else {
                throw .headTooLarge("the answer has more than \(self.limits.headerFields) header fields")
            }
            position = try self.field(at: position, &lines)
        }
        // The scan found the end of the head by its empty line: a line that merely begins with CR is none.
        guard position + 2 == self.bytes.count else { throw .malformed("a carriage return stands alone in the head") }
        self.copyRun(upTo: position, &lines)
        if !self.nominated.isEmpty { self.removeNominated(&lines) }
        try self.conclude(answersHead: answersHead)
        return self.head
    }

    /// `HTTP/1.1 200 OK`, also without a reason and the space before it. Returns the start of the line behind.
    private mutating func statusLine() throws(ResponseFault) -> Int {
        let name: StaticString = "HTTP/1."
        // `HTTP/1.1 200` and CRLF; the empty line behind makes this the shortest head there is.
        guard self.bytes.count >= 16, (0..<7).allSatisfy({ self.bytes[$0] == name.utf8Start[$0] }),
            self.bytes[7] == 0x30 || self.bytes[7] == 0x31, self.bytes[8] == ASCIIBytes.space
        else { throw .malformed("the answer does not begin with HTTP/1.1 or HTTP/1.0") }
        self.isHTTP10 = self.bytes[7] == 0x30
        guard let status = ASCIIBytes.decimal(self.bytes[9..<12]), (100...599).contains(status) else {
            throw .malformed("the answer's status is not between 100 and 599")
        }
        self.head.status = status
        var position = 12
        if self.bytes[position] == ASCIIBytes.space {
            while ASCIIBytes.isFieldValue(self.bytes[position]) { position += 1 }
        }
        guard self.bytes[position] == ASCIIBytes.carriageReturn, self.bytes[position + 1] == ASCIIBytes.lineFeed else {
            throw .malformed("the answer's status line holds something that must not be there")
        }
        return position + 2
    }

    /// Returns the start of the line behind it.
    private mutating func field(at start: Int, _ lines: inout ByteBuffer) throws(ResponseFault) -> Int {
        var position = start
        while ASCIIBytes.isToken(self.bytes[position]) { position += 1 }
        guard position > start, self.bytes[position] == ASCIIBytes.colon else {
            throw .malformed("a header field of the answer is not a name and a colon")
        }
        let name = self.bytes[start..<position]
        let valueStart = position + 1
        position = valueStart
        while ASCIIBytes.isFieldValue(self.bytes[position]) { position += 1 }
        guard self.bytes[position] == ASCIIBytes.carriageReturn, self.bytes[position + 1] == ASCIIBytes.lineFeed else {
            throw .malformed("a header field of the answer holds a control character")
        }
        guard position - start <= self.limits.headerFieldBytes else {
            throw .headTooLarge("a header field of the answer is longer than \(self.limits.headerFieldBytes) bytes")
        }
        let end = position + 2
        if try !self.isPassedOn(name, value: self.bytes[valueStart..<position]) {
            self.copyRun(upTo: start, &lines)
            self.runStart = end
        }
        return end
    }

    private func copyRun(upTo end: Int, _ lines: inout ByteBuffer) {
        guard end > self.runStart else { return }
        lines.writeBytes(UnsafeRawBufferPointer(rebasing: self.bytes[self.runStart..<end]))
    }

    /// Acts on a field; false when it must not be passed on.
    private mutating func isPassedOn(
        _ name: Slice<UnsafeRawBufferPointer>,
        value: Slice<UnsafeRawBufferPointer>
    ) throws(ResponseFault) -> Bool {
        switch name.count {
        case 2 where ASCIIBytes.isSame(name, "te"): return false
        case 7 where ASCIIBytes.isSame(name, "trailer") || ASCIIBytes.isSame(name, "upgrade"): return false
        case 10 where ASCIIBytes.isSame(name, "connection"):
            try self.connection(value)
            return false
        case 10 where ASCIIBytes.isSame(name, "keep-alive"):
            self.keepAlive(value)
            return false
        case 11 where ASCIIBytes.isSame(name, "retry-after"): self.head.hasRetryAfter = true
        case 12 where ASCIIBytes.isSame(name, "content-type"): self.head.contentType = Self.contentType(value)
        case 14 where ASCIIBytes.isSame(name, "content-length"):
            guard self.contentLength == nil, let length = ASCIIBytes.decimal(try self.framing(value)) else {
                throw .malformed("the answer's Content-Length is not one whole number, given once")
            }
            self.contentLength = length
            return false
        case 16 where ASCIIBytes.isSame(name, "content-encoding"):
            if !ASCIIBytes.isSame(ASCIIBytes.trimmed(value), "identity") { self.head.isEncoded = true }
        case 16 where ASCIIBytes.isSame(name, "proxy-connection"): return false
        case 17 where ASCIIBytes.isSame(name, "transfer-encoding"):
            guard !self.isChunked, ASCIIBytes.isSame(try self.framing(value), "chunked") else {
                throw .malformed("the only transfer coding known is 'chunked', once")
            }
            self.isChunked = true
            return false
        case 18 where ASCIIBytes.isSame(name, "proxy-authenticate"): return false
        case 31 where ASCIIBytes.isSame(name, "inference-header-content-length"):
            guard self.head.inferenceHeaderLength == nil, let length = ASCIIBytes.decimal(ASCIIBytes.trimmed(value))
            else {
                throw .malformed("the answer's Inference-Header-Content-Length is not one whole number, given once")
            }
            self.head.inferenceHeaderLength = length
            return false
        default: break
        }
        return !(name.count > 5 && ASCIIBytes.isSame(name.prefix(5), "teal-"))
    }

    /// A value that tells where the body ends, trimmed. A tab around it is white space to some and not to others.
    private func framing(
        _ value: Slice<UnsafeRawBufferPointer>
    ) throws(ResponseFault) -> Slice<UnsafeRawBufferPointer> {
        guard !value.contains(ASCIIBytes.tab) else {
            throw .malformed("the answer's Content-Length and Transfer-Encoding must not hold tabs")
        }
        return ASCIIBytes.trimmed(value)
    }

    private mutating func connection(_ value: Slice<UnsafeRawBufferPointer>) throws(ResponseFault) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = ASCIIBytes.trimmed(option)
            if ASCIIBytes.isSame(option, "close") {
                self.saysClose = true
            } else if ASCIIBytes.isSame(option, "keep-alive") {
                self.saysKeepAlive = true
            } else if !option.isEmpty {
                guard self.nominated.count < Self.mostNominated else {
                    throw .malformed("the answer's Connection header has too many options")
                }
                self.nominated.append(option)
            }
        }
    }

    /// `timeout=5, max=100`. A hint: what is not understood is passed over.
    private mutating func keepAlive(_ value: Slice<UnsafeRawBufferPointer>) {
        for parameter in value.split(separator: UInt8(ascii: ",")) {
            let parts = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, let value = parts.last,
                ASCIIBytes.isSame(ASCIIBytes.trimmed(name), "timeout"),
                let seconds = ASCIIBytes.decimal(ASCIIBytes.trimmed(value))
            else { continue }
            self.head.keepAliveSeconds = min(seconds, self.head.keepAliveSeconds ?? .max)
        }
    }

    private static func contentType(_ value: Slice<UnsafeRawBufferPointer>) -> ResponseHead.ContentType {
        let type = ASCIIBytes.trimmed(value.prefix { $0 != UInt8(ascii: ";") })
        if ASCIIBytes.isSame(type, "application/json") { return .json }
        if ASCIIBytes.isSame(type, "text/event-stream") { return .eventStream }
        return ASCIIBytes.isSame(type, "application/octet-stream") ? .octetStream : .other
    }

    private func removeNominated(_ lines: inout ByteBuffer) {
        var all = lines
        lines.clear()
        while let end = all.readableBytesView.firstIndex(of: ASCIIBytes.lineFeed),
            var line = all.readSlice(length: end - all.readerIndex + 1)
        {
            let name = line.readableBytesView.prefix { $0 != ASCIIBytes.colon }
            let isNominated = self.nominated.contains { option in
                option.count == name.count && zip(option, name).allSatisfy { Self.lower($0) == Self.lower($1) }
            }
            if !isNominated { lines.writeBuffer(&line) }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private mutating func conclude(answersHead: Bool) throws(ResponseFault) {
        guard !self.isChunked || (self.contentLength == nil && !self.isHTTP10) else {
            throw .malformed("the answer gives Transfer-Encoding with Content-Length or as HTTP/1.0")
        }
        self.head.keepsAlive = !self.saysClose && (!self.isHTTP10 || self.saysKeepAlive)
        let announcesBody = self.isChunked || (self.contentLength ?? 0) > 0
        switch self.head.status {
        case 100..<200:
            guard self.head.status != 101, !announcesBody else {
                throw .malformed("an interim answer has a body or changes the protocol")
            }
            self.head.framing = .none
        case 204:
            self.head.framing = .none
            // A body that must not be there may come all the same, and would look like the next answer.
            if announcesBody { self.head.keepsAlive = false }
        case 304: self.head.framing = .none
        default:
            if answersHead {
                self.head.framing = .none
            } else if self.isChunked {
                self.head.framing = .chunked
            } else if let length = self.contentLength {
                self.head.framing = .length(length)
            } else {
                self.head.framing = .untilClose
                self.head.keepsAlive = false
            }
        }
    }
}
