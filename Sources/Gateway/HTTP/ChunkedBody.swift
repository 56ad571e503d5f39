package import NIOCore
import Telemetry

/// Takes the chunked transfer coding (RFC 9112 7.1) apart. Strict: sizes are plain hexadecimal, every line ends with
/// CRLF, extensions are refused (nobody sends them but to confuse servers), trailers are checked and dropped.
package struct ChunkedBody: Sendable {
    private enum State {
        case size
        case data(left: Int)
        case dataEnd
        case trailer(bytes: Int)
    }

    private var state = State.size
    /// What was decoded so far; nothing while the body is only read past.
    package private(set) var body = ByteBuffer()
    private var total = 0
    private let limits: HTTPLimits
    private let keeps: Bool

    /// - Parameter keeps: false to read past a body nobody wants.
    package init(limits: HTTPLimits, keeps: Bool) {
        self.limits = limits
        self.keeps = keeps
    }

    /// Consumes what it can from `input`; true when the body is complete.
    package mutating func consume(_ input: inout ByteBuffer) throws(RequestFault) -> Bool {
        while true {
            switch self.state {
            case .size:
                guard let line = try Self.line(&input, limit: 18) else { return false }
                let size = try Self.size(line)
                guard size <= self.limits.bodyBytes - self.total else {
                    throw RequestFault(
                        status: .contentTooLarge,
                        message: "the body is larger than the \(self.limits.bodyBytes) bytes allowed",
                        reason: .bodyTooLarge
                    )
                }
                self.total += size
                self.state = size == 0 ? .trailer(bytes: 0) : .data(left: size)
            case .data(let left):
                guard input.readableBytes > 0 else { return false }
                let count = min(left, input.readableBytes)
                if self.keeps, var piece = input.readSlice(length: count) {
                    self.body.writeBuffer(&piece)
                } else if !self.keeps {
                    input.moveReaderIndex(forwardBy: count)
                }
                self.state = count == left ? .dataEnd : .data(left: left - count)
            case .dataEnd:
                guard let line = try Self.line(&input, limit: 2) else { return false }
                guard line.readableBytes == 0 else { throw .malformed("a chunk is longer than it says") }
                self.state = .size
            case .trailer(let bytes):
                guard let line = try Self.line(&input, limit: self.limits.headBytes - bytes) else { return false }
                guard line.readableBytes > 0 else { return true }
                self.state = .trailer(bytes: bytes + line.readableBytes + 2)
            }
        }
    }

    /// The next line without its CRLF; nil when it is not complete yet.
    private static func line(_ input: inout ByteBuffer, limit: Int) throws(RequestFault) -> ByteBuffer? {
        let view = input.readableBytesView
        guard let end = view.firstIndex(of: ASCIIBytes.lineFeed) else {
            guard view.count < limit else { throw .malformed("a line of the chunked body is too long") }
            return nil
        }
        let length = end - view.startIndex
        guard length >= 1, length < limit, view[end - 1] == ASCIIBytes.carriageReturn,
            var line = input.readSlice(length: length + 1), let text = line.readSlice(length: length - 1),
            !text.readableBytesView.contains(ASCIIBytes.carriageReturn)
        else { throw .malformed("a line of the chunked body does not end with CRLF") }
        return text
    }

    private static func size(_ line: ByteBuffer) throws(RequestFault) -> Int {
        var size = 0
        guard line.readableBytes > 0 else { throw .malformed("a chunk has no size") }
        for byte in line.readableBytesView {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw .malformed("a chunk's size must be hexadecimal digits and nothing else")
            }
            // Sixteen digits are the most a line may hold; the sixteenth could overflow.
            guard size < 1 << 58 else { throw .malformed("a chunk's size is absurd") }
            size = size << 4 | Int(digit)
        }
        return size
    }
}
