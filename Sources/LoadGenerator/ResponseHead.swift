import NIOCore

/// What the load generator wants to know of an answer's head.
package struct ResponseHead: Sendable, Equatable {
    package enum Framing: Sendable, Equatable {
        case length(Int)
        case chunked
        case untilClose
    }

    package var status = 0
    package var framing = Framing.untilClose
    package var closes = false
    package var slot: String?
    package var version: String?
    package var generation: UInt64?

    /// Reads the head at the start of `buffer`; nil while its empty line has not arrived.
    static func parse(_ buffer: ByteBuffer) throws(MalformedResponse) -> (head: ResponseHead, length: Int)? {
        let bytes = buffer.readableBytesUInt8Span
        let base = buffer.readerIndex
        guard var line = self.line(in: bytes, from: 0) else { return nil }
        var head = ResponseHead()
        head.status = try self.status(bytes, line)
        // HTTP/1.0 closes unless it says otherwise; the one digit that differs is the last of "HTTP/1.x".
        head.closes = bytes[7] == UInt8(ascii: "0")
        if head.status < 200 || head.status == 204 || head.status == 304 { head.framing = .length(0) }
        while true {
            guard let next = self.line(in: bytes, from: line.next) else { return nil }
            line = next
            if line.start == line.end { return (head, line.next) }
            guard let colon = (line.start..<line.end).first(where: { bytes[$0] == UInt8(ascii: ":") }) else {
                throw MalformedResponse(reason: "header line without a colon")
            }
            let value = self.trimmed(bytes, colon + 1, line.end)
            let text = { buffer.getString(at: base + value.lowerBound, length: value.count) ?? "" }
            // Told apart by length first; each length has one name we care for.
            switch colon - line.start {
            case 9 where self.matches(bytes, line.start, "teal-slot"): head.slot = text()
            case 12 where self.matches(bytes, line.start, "teal-version"): head.version = text()
            case 15 where self.matches(bytes, line.start, "teal-generation"): head.generation = UInt64(text())
            case 14 where self.matches(bytes, line.start, "content-length"):
                guard let length = Int(text()), length >= 0 else {
                    throw MalformedResponse(reason: "content-length is not a number")
                }
                if head.framing == .untilClose { head.framing = .length(length) }
            case 17 where self.matches(bytes, line.start, "transfer-encoding"):
                guard text().lowercased() == "chunked" else {
                    throw MalformedResponse(reason: "transfer-encoding other than chunked")
                }
                head.framing = .chunked
            case 10 where self.matches(bytes, line.start, "connection"):
                head.closes = text().lowercased() == "close" || (head.closes && text().lowercased() != "keep-alive")
            default: break
            }
        }
    }

    private struct Line {
        var start: Int
        /// Without the line break.
        var end: Int
        var next: Int
    }

    private static func line(in bytes: Span<UInt8>, from start: Int) -> Line? {
        var index = start
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\n") {
                let end = index > start && bytes[index - 1] == UInt8(ascii: "\r") ? index - 1 : index
                return Line(start: start, end: end, next: index + 1)
            }
            index += 1
        }
        return nil
    }

    private static func status(_ bytes: Span<UInt8>, _ line: Line) throws(MalformedResponse) -> Int {
        guard line.end >= 12, self.matches(bytes, 0, "http/1."), bytes[8] == UInt8(ascii: " ") else {
            throw MalformedResponse(reason: "no HTTP/1 status line")
        }
        var status = 0
        for index in 9..<12 {
            guard (0x30...0x39).contains(bytes[index]) else {
                throw MalformedResponse(reason: "status is not a number")
            }
            status = status * 10 + Int(bytes[index] - 0x30)
        }
        return status
    }

    /// True if the bytes from `start` are `name` (lower case), in any case. The caller has checked the length.
    private static func matches(_ bytes: Span<UInt8>, _ start: Int, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            for index in name.indices {
                let byte = bytes[start + index]
                let lowered = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                if lowered != name[index] { return false }
            }
            return true
        }
    }

    private static func trimmed(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Range<Int> {
        var start = start
        var end = end
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
