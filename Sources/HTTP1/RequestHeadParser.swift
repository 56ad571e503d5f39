import ServingCore
import Telemetry

/// Reads one request head (RFC 9112), strictly: what two servers could read differently is a fault. Allocates nothing
/// for header fields; a field that is not acted on is only checked.
struct RequestHeadParser {
    private let bytes: UnsafeRawBufferPointer
    private let limits: HTTPLimits
    /// Headers whose values are kept, names in lower case.
    private let captures: [String]
    private var head = RequestHead()
    private var hosts = 0
    private var contentLength: Int?
    private var isChunked = false
    private var saysClose = false
    private var saysKeepAlive = false

    /// `bytes` begins with a request line and ends with the empty line that ends the head; every line feed in it follows
    /// a carriage return.
    init(_ bytes: UnsafeRawBufferPointer, limits: HTTPLimits, captures: [String]) {
        self.bytes = bytes
        self.limits = limits
        self.captures = captures
    }

    /// - Parameter target: called once with the bytes of the request target, unless they are too many.
    mutating func parse(
        target: (Slice<UnsafeRawBufferPointer>) -> Void
    ) throws(RequestFault) -> RequestHead {
        var position = try self.requestLine(target)
        var fields = 0
        while self.bytes[position] != ASCIIBytes.carriageReturn {
            fields += 1
            guard fields <= self.limits.headerFields else {
                throw .headTooLarge("the request has more than \(self.limits.headerFields) header fields")
            }
            position = try self.field(at: position)
        }
        // The scan found the end of the head by its empty line: a line that merely begins with CR is none.
        guard position + 2 == self.bytes.count else { throw .malformed("a carriage return stands alone in the head") }
        try self.conclude()
        return self.head
    }

    /// Returns the start of the line behind it.
    private mutating func requestLine(
        _ target: (Slice<UnsafeRawBufferPointer>) -> Void
    ) throws(RequestFault) -> Int {
        var position = 0
        while ASCIIBytes.isToken(self.bytes[position]) { position += 1 }
        guard position > 0, self.bytes[position] == ASCIIBytes.space else {
            throw .malformed("the request line must begin with a method and one space")
        }
        let method = self.bytes[0..<position]
        let start = position + 1
        position = start
        while self.bytes[position] > ASCIIBytes.space, self.bytes[position] < 0x7F { position += 1 }
        guard position > start, self.bytes[position] == ASCIIBytes.space else {
            throw .malformed("the request target must be visible ASCII between single spaces")
        }
        let path = self.bytes[start..<position]
        let end = try self.version(at: position + 1)
        self.head.method = Self.method(method)
        // Clients may send the bytes of the tunnel without waiting for our refusal: they are no request.
        if self.head.method == .other, ASCIIBytes.isExactly(method, "CONNECT") { self.saysClose = true }
        if path.count > self.limits.targetBytes {
            self.head.refuse(.uriTooLong, "the request target is longer than \(self.limits.targetBytes) bytes")
        } else {
            target(path)
        }
        return end
    }

    private mutating func version(at position: Int) throws(RequestFault) -> Int {
        let name: StaticString = "HTTP/"
        // HTTP/1.x and CRLF; the empty line behind keeps this within the bytes.
        guard position + 10 <= self.bytes.count,
            (0..<5).allSatisfy({ self.bytes[position + $0] == name.utf8Start[$0] }),
            self.bytes[position + 6] == 0x2E, self.bytes[position + 8] == ASCIIBytes.carriageReturn,
            self.bytes[position + 9] == ASCIIBytes.lineFeed
        else { throw .malformed("the request line must end with HTTP/1.1") }
        switch (self.bytes[position + 5], self.bytes[position + 7]) {
        case (0x31, 0x31): break
        case (0x31, 0x30): self.head.isHTTP10 = true
        case (0x30...0x39, 0x30...0x39):
            throw RequestFault(
                status: .versionNotSupported,
                message: "HTTP/1.1 and HTTP/1.0 are spoken here",
                reason: .malformedHead
            )
        default: throw .malformed("the request line must end with HTTP/1.1")
        }
        return position + 10
    }

    /// Returns the start of the line behind it.
    private mutating func field(at start: Int) throws(RequestFault) -> Int {
        var position = start
        var hasUnderscore = false
        while ASCIIBytes.isToken(self.bytes[position]) {
            hasUnderscore = hasUnderscore || self.bytes[position] == 0x5F
            position += 1
        }
        guard position > start, self.bytes[position] == ASCIIBytes.colon else {
            throw .malformed("a header field must be a name and a colon, without space before it")
        }
        let name = self.bytes[start..<position]
        let valueStart = position + 1
        position = valueStart
        while ASCIIBytes.isFieldValue(self.bytes[position]) { position += 1 }
        guard self.bytes[position] == ASCIIBytes.carriageReturn, self.bytes[position + 1] == ASCIIBytes.lineFeed else {
            throw .malformed("a header field's value must not hold control characters")
        }
        guard position - start <= self.limits.headerFieldBytes else {
            throw .headTooLarge("a header field is longer than \(self.limits.headerFieldBytes) bytes")
        }
        // Underscores: some servers read a_b as a-b, so a check passed here could be undone behind us.
        guard !hasUnderscore else { throw .malformed("header names must not hold '_'") }
        try self.act(on: name, value: self.bytes[valueStart..<position])
        return position + 2
    }

    /// Most fields are not ours: the length of the name tells in one comparison.
    private mutating func act(
        on name: Slice<UnsafeRawBufferPointer>,
        value: Slice<UnsafeRawBufferPointer>
    ) throws(RequestFault) {
        if !self.captures.isEmpty { self.capture(name, value) }
        switch name.count {
        case 4 where ASCIIBytes.isSame(name, "host"): try self.host(ASCIIBytes.trimmed(value))
        case 6 where ASCIIBytes.isSame(name, "expect"):
            if ASCIIBytes.isSame(ASCIIBytes.trimmed(value), "100-continue") {
                self.head.expectsContinue = true
            } else {
                self.head.refuse(.expectationFailed, "only 'Expect: 100-continue' is known")
            }
        case 9 where ASCIIBytes.isSame(name, "teal-slot"): self.slot(ASCIIBytes.trimmed(value))
        case 10 where ASCIIBytes.isSame(name, "connection"): self.connection(value)
        case 11 where ASCIIBytes.isSame(name, "teal-shadow"): self.shadow(ASCIIBytes.trimmed(value))
        case 11 where ASCIIBytes.isSame(name, "teal-timing"): self.timing(ASCIIBytes.trimmed(value))
        case 14 where ASCIIBytes.isSame(name, "content-length"): try self.contentLength(self.framing(value))
        case 16 where ASCIIBytes.isSame(name, "content-encoding"):
            if !ASCIIBytes.isSame(ASCIIBytes.trimmed(value), "identity") {
                self.head.refuse(
                    .unsupportedMediaType,
                    "compressed request bodies are not accepted; send the body as it is"
                )
            }
        case 17 where ASCIIBytes.isSame(name, "transfer-encoding"):
            guard !self.isChunked, ASCIIBytes.isSame(try self.framing(value), "chunked") else {
                throw .malformed("the only transfer coding known is 'chunked', once")
            }
            self.isChunked = true
        case 31 where ASCIIBytes.isSame(name, "inference-header-content-length"):
            self.inferenceHeader(ASCIIBytes.trimmed(value))
        default: break
        }
    }

    /// A value that tells where the body ends, trimmed. A tab around it is white space to some servers and not to others.
    private func framing(
        _ value: Slice<UnsafeRawBufferPointer>
    ) throws(RequestFault) -> Slice<UnsafeRawBufferPointer> {
        guard !value.contains(ASCIIBytes.tab) else {
            throw .malformed("Content-Length and Transfer-Encoding must not hold tabs")
        }
        return ASCIIBytes.trimmed(value)
    }

    private mutating func host(_ value: Slice<UnsafeRawBufferPointer>) throws(RequestFault) {
        self.hosts += 1
        // A name or address and perhaps a port: with a path, user or list in it, servers disagree on what it means.
        let isPlain = value.allSatisfy { byte in
            byte &- 0x30 < 11 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E || byte == 0x5F
                || byte == 0x5B || byte == 0x5D
        }
        guard isPlain else { throw .malformed("the Host header must be a name or an address, with or without a port") }
    }

    private mutating func slot(_ value: Slice<UnsafeRawBufferPointer>) {
        let slot: Slot? = ASCIIBytes.isSame(value, "blue") ? .blue : ASCIIBytes.isSame(value, "green") ? .green : nil
        guard let slot else { return self.head.refuse(.badRequest, "the header teal-slot must be blue or green") }
        if let other = self.head.slot, other != slot {
            self.head.refuse(.badRequest, "the header teal-slot names two slots")
        }
        self.head.slot = slot
    }

    private mutating func shadow(_ value: Slice<UnsafeRawBufferPointer>) {
        guard ASCIIBytes.isSame(value, "skip") || ASCIIBytes.isSame(value, "mirrored") else {
            return self.head.refuse(
                .badRequest,
                "the header teal-shadow must be skip (or mirrored, which gateways send)"
            )
        }
        self.head.skipsShadow = true
    }

    private mutating func timing(_ value: Slice<UnsafeRawBufferPointer>) {
        guard ASCIIBytes.isSame(value, "on") else {
            return self.head.refuse(.badRequest, "the header teal-timing must be on")
        }
        self.head.wantsTiming = true
    }

    /// Of a header given twice the first counts.
    private mutating func capture(_ name: Slice<UnsafeRawBufferPointer>, _ value: Slice<UnsafeRawBufferPointer>) {
        for wanted in self.captures where wanted.utf8.count == name.count {
            // The wanted name is in lower case.
            guard zip(wanted.utf8, name).allSatisfy({ $0 == ($1 &- 0x41 < 26 ? $1 | 0x20 : $1) }) else { continue }
            guard self.head.captured(wanted) == nil else { return }
            let value = ASCIIBytes.trimmed(value).prefix(Self.capturedBytes)
            self.head.captured.append(.init(name: wanted, value: String(decoding: value, as: UTF8.self)))
            return
        }
    }

    /// More of a captured header is not kept; as much as of a request's id.
    private static let capturedBytes = 1_024

    private mutating func connection(_ value: Slice<UnsafeRawBufferPointer>) {
        for option in value.split(separator: UInt8(ascii: ",")) {
            let option = ASCIIBytes.trimmed(option)
            if ASCIIBytes.isSame(option, "close") { self.saysClose = true }
            if ASCIIBytes.isSame(option, "keep-alive") { self.saysKeepAlive = true }
        }
    }

    private mutating func contentLength(_ value: Slice<UnsafeRawBufferPointer>) throws(RequestFault) {
        guard self.contentLength == nil, let length = ASCIIBytes.decimal(value) else {
            throw .malformed("Content-Length must be one whole number, given once")
        }
        self.contentLength = length
    }

    private mutating func inferenceHeader(_ value: Slice<UnsafeRawBufferPointer>) {
        guard self.head.inferenceHeaderLength == nil else {
            return self.head.refuse(.badRequest, "Inference-Header-Content-Length is given twice")
        }
        guard let length = ASCIIBytes.decimal(value) else {
            return self.head.refuse(
                .badRequest,
                "Inference-Header-Content-Length must be a whole number between 0 and the body's length"
            )
        }
        self.head.inferenceHeaderLength = length
    }

    private mutating func conclude() throws(RequestFault) {
        if self.isChunked {
            guard self.contentLength == nil else {
                throw .malformed("Content-Length and Transfer-Encoding must not be given together")
            }
            guard !self.head.isHTTP10 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
            self.head.framing = .chunked
        } else {
            self.head.framing = .length(self.contentLength ?? 0)
        }
        guard self.hosts == 1 || (self.hosts == 0 && self.head.isHTTP10) else {
            throw .malformed("the request must have exactly one Host header")
        }
        self.head.keepsAlive = !self.saysClose && (!self.head.isHTTP10 || self.saysKeepAlive)
    }

    /// Methods are case-sensitive.
    private static func method(_ bytes: Slice<UnsafeRawBufferPointer>) -> RequestHead.Method {
        if ASCIIBytes.isExactly(bytes, "POST") { return .post }
        if ASCIIBytes.isExactly(bytes, "GET") { return .get }
        return ASCIIBytes.isExactly(bytes, "HEAD") ? .head : .other
    }
}
