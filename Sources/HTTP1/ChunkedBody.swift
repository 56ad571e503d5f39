package import NIOCore
import Telemetry

/// Takes the chunked transfer coding (RFC 9112 7.1) apart. Strict: a size is plain hexadecimal, every line ends with
/// CRLF, extensions and trailers are checked, bounded together and dropped.
package struct ChunkedBody: Sendable {
    private enum State {
        case size
        case data(left: Int)
        case dataEnd
        case trailer
    }

    private static let sizeDigits = 16
    private static let extensionBytes = 256

    private var state = State.size
    /// What `consume` decoded so far; nothing while the body is only read past.
    package private(set) var body = ByteBuffer()
    private var total = 0
    /// Bytes at the start of the input known to hold no line feed: a line that trickles in is searched once.
    private var scanned = 0
    /// Bytes and number of the lines that hold extensions or trailers.
    private var extraBytes = 0
    private var trailers = 0
    private let limits: HTTPLimits
    private let keeps: Bool

    /// - Parameter keeps: false for `consume` to read past a body nobody wants.
    package init(limits: HTTPLimits, keeps: Bool = false) {
        self.limits = limits
        self.keeps = keeps
    }

    /// What `next` makes of the input.
    package enum Part {
        /// Nothing more can be said until more bytes come.
        case more
        /// Some of the body, never empty: a slice of the input.
        case data(ByteBuffer)
        case end
    }

    /// Consumes what it can from `input`; true when the body is complete. Until then `input` must only be appended to.
    package mutating func consume(_ input: inout ByteBuffer) throws(RequestFault) -> Bool {
        while true {
            switch try self.next(&input) {
            case .more: return false
            case .end: return true
            case .data(var piece): if self.keeps { self.body.writeBuffer(&piece) }
            }
        }
    }

    /// The next part of the body, for who passes it on instead of keeping it. Until the end `input` must only be
    /// appended to.
    package mutating func next(_ input: inout ByteBuffer) throws(RequestFault) -> Part {
        while true {
            switch self.state {
            case .size:
                let longest = Self.sizeDigits + Self.extensionBytes
                guard let line = try self.line(&input, longest: longest) else { return .more }
                try self.begin(line)
            case .data(let left):
                let count = min(left, input.readableBytes)
                guard count > 0, let piece = input.readSlice(length: count) else { return .more }
                self.state = count == left ? .dataEnd : .data(left: left - count)
                return .data(piece)
            case .dataEnd:
                guard try self.line(&input, longest: 0) != nil else { return .more }
                self.state = .size
            case .trailer:
                guard let line = try self.line(&input, longest: self.limits.headerFieldBytes) else { return .more }
                guard line.readableBytes > 0 else { return .end }
                self.trailers += 1
                try self.addExtra(line.readableBytes)
                guard self.trailers <= self.limits.headerFields, Self.isField(line.readableBytesView) else {
                    throw .malformed("the trailers must be as few and as well-formed as header fields")
                }
                guard !Self.isReserved(line) else {
                    throw .malformed("a trailer must not say where a message ends or whom it is for")
                }
            }
        }
    }

    private mutating func begin(_ line: ByteBuffer) throws(RequestFault) {
        let digits = line.readableBytesView.prefix { $0 != UInt8(ascii: ";") }
        let ending = line.readableBytesView[digits.endIndex...]
        guard ending.allSatisfy(ASCIIBytes.isFieldValue) else {
            throw .malformed("a chunk's extension must not hold control characters")
        }
        try self.addExtra(ending.count)
        let size = try Self.size(digits)
        guard size <= self.limits.bodyBytes - self.total else {
            throw RequestFault(
                status: .contentTooLarge,
                message: "the body is larger than the \(self.limits.bodyBytes) bytes allowed",
                reason: .bodyTooLarge
            )
        }
        self.total += size
        self.state = size == 0 ? .trailer : .data(left: size)
    }

    private mutating func addExtra(_ count: Int) throws(RequestFault) {
        self.extraBytes += count
        guard self.extraBytes <= self.limits.headBytes else {
            throw .malformed("the extensions and trailers of the chunked body are too long")
        }
    }

    /// The next line without its CRLF; nil when it is not complete yet.
    private mutating func line(_ input: inout ByteBuffer, longest: Int) throws(RequestFault) -> ByteBuffer? {
        let view = input.readableBytesView.prefix(longest + 2)
        guard let end = view.dropFirst(self.scanned).firstIndex(of: ASCIIBytes.lineFeed) else {
            guard view.count < longest + 2 else { throw .malformed("a line of the chunked body is too long") }
            self.scanned = view.count
            return nil
        }
        self.scanned = 0
        let length = end - view.startIndex
        guard length >= 1, let line = input.readSlice(length: length - 1),
            input.readInteger(as: UInt16.self) == 0x0D0A,
            !line.readableBytesView.contains(ASCIIBytes.carriageReturn)
        else { throw .malformed("a line of the chunked body does not end with CRLF") }
        return line
    }

    private static func isField(_ line: ByteBufferView) -> Bool {
        let name = line.prefix(while: ASCIIBytes.isToken)
        let rest = line[name.endIndex...]
        return !name.isEmpty && rest.first == ASCIIBytes.colon && rest.allSatisfy(ASCIIBytes.isFieldValue)
    }

    /// What frames or routes a message must not come behind its body (RFC 9110 6.5.1); some servers act on it there.
    private static func isReserved(_ line: ByteBuffer) -> Bool {
        line.withUnsafeReadableBytes { bytes in
            let name = bytes.prefix { $0 != ASCIIBytes.colon }
            return ASCIIBytes.isSame(name, "content-length") || ASCIIBytes.isSame(name, "transfer-encoding")
                || ASCIIBytes.isSame(name, "connection") || ASCIIBytes.isSame(name, "host")
        }
    }

    private static func size(_ digits: ByteBufferView) throws(RequestFault) -> Int {
        guard (1...Self.sizeDigits).contains(digits.count) else {
            throw .malformed("a chunk's size must have between 1 and \(Self.sizeDigits) digits")
        }
        var size = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw .malformed("a chunk's size must be hexadecimal digits and nothing else")
            }
            // The sixteenth digit could overflow.
            guard size < 1 << 58 else { throw .malformed("a chunk's size is absurd") }
            size = size << 4 | Int(digit)
        }
        return size
    }
}
