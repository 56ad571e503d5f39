import HTTP1
import NIOCore
import Testing

@Suite("ChunkedBody")
struct ChunkedBodyTests {
    private static var small: HTTPLimits {
        var limits = HTTPLimits()
        limits.bodyBytes = 100
        limits.headBytes = 1_000
        limits.headerFieldBytes = 50
        limits.headerFields = 5
        return limits
    }

    private enum Verdict: Equatable {
        case complete(String, rest: String)
        case more
        case fault(HTTPStatus)
    }

    /// Feeds `text` whole and byte by byte, which must not make a difference.
    private func decode(_ text: String, keeps: Bool = true, limits: HTTPLimits = small) -> Verdict {
        let whole = self.decode([Array(text.utf8)], keeps, limits)
        #expect(self.decode(text.utf8.map { [$0] }, keeps, limits) == whole)
        return whole
    }

    private func decode(_ pieces: [[UInt8]], _ keeps: Bool, _ limits: HTTPLimits) -> Verdict {
        var body = ChunkedBody(limits: limits, keeps: keeps)
        var input = ByteBuffer()
        var isComplete = false
        do throws(RequestFault) {
            for piece in pieces {
                input.writeBytes(piece)
                if !isComplete { isComplete = try body.consume(&input) }
            }
        } catch {
            return .fault(error.status)
        }
        return isComplete ? .complete(String(buffer: body.body), rest: String(buffer: input)) : .more
    }

    @Test("chunks are put together, and what is behind them is left")
    func chunks() {
        #expect(self.decode("0\r\n\r\n") == .complete("", rest: ""))
        #expect(self.decode("3\r\nabc\r\n0\r\n\r\nGET") == .complete("abc", rest: "GET"))
        #expect(self.decode("1\r\n\r\r\n2\r\n\r\n\r\n0\r\n\r\n\r\n") == .complete("\r\r\n", rest: "\r\n"))
        #expect(
            self.decode("a\r\n0123456789\r\nB\r\n0123456789x\r\n000\r\n\r\n")
                == .complete("01234567890123456789x", rest: "")
        )
        #expect(self.decode("0000000000000001\r\nx\r\n0000000000000000\r\n\r\n") == .complete("x", rest: ""))
    }

    @Test("a body that has not ended is waited for", arguments: 0..<21)
    func incomplete(count: Int) {
        let text = "3;x\r\nabc\r\n0\r\nT: x\r\n\r\n"
        #expect(text.utf8.count == 21)
        #expect(self.decode(String(decoding: text.utf8.prefix(count), as: UTF8.self)) == .more)
    }

    @Test(
        "a size that is not one to sixteen hexadecimal digits is a fault",
        arguments: [
            "", " ", "0x1", "0X1", "+1", "-1", "-0", "1_0", " 1", "1 ", "\t1", "1\t", "g", "1g", "1.0", "1,1", "\"1\"",
            "1 ;a",
            "00000000000000001", "00000000000000000", "FFFFFFFFFFFFFFFF", "8000000000000000", "1\0", "\u{FF11}", ";a=b",
            "/", ":",
            "@", "G", "`", "1\r", "\r1",
        ]
    )
    func sizes(size: String) {
        #expect(self.decode("\(size)\r\nx\r\n0\r\n\r\n") == .fault(.badRequest))
    }

    @Test("every byte is a hexadecimal digit, begins an extension, or is a fault", arguments: UInt8.min...UInt8.max)
    func sizeBytes(byte: UInt8) {
        let isDigit = Character(UnicodeScalar(byte)).isHexDigit && byte < 0x80
        // Ends in time for any size.
        let bytes = Array("0".utf8) + [byte] + Array("\r\n".utf8)
        let verdict = self.decode([bytes], true, Self.small)
        #expect((verdict == .more) == (isDigit || byte == UInt8(ascii: ";")))
    }

    @Test(
        "a line that does not end with CRLF is a fault",
        arguments: [
            "1\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx0\r\n\r\n", "1\r\nxy\r\n0\r\n\r\n",
            "1\r\nx\r\r\n0\r\n\r\n", "1\r\nx\rX",
            "0\n\r\n", "0\r\n\n", "0\r\nT: x\n\r\n", "0\r\nT: \rx\r\n\r\n", "0\r\n\rX\r\n\r\n", "1\r\r\nx\r\n0\r\n\r\n",
            "\n", "\r\n",
            "1\r\nx\r\n\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n",
        ]
    )
    func lineEnds(text: String) {
        #expect(self.decode(text) == .fault(.badRequest))
    }

    @Test(
        "extensions are passed over",
        arguments: [";", ";a", ";a=b", ";a=\"b;c\";d", " ;a".dropFirst().description, ";\u{E9}"]
    )
    func extensions(text: String) {
        #expect(self.decode("1\(text)\r\nx\r\n0\(text)\r\n\r\n") == .complete("x", rest: ""))
    }

    @Test(
        "extensions with control characters are faults",
        arguments: [";\0", ";a\r", ";\ra", ";a\u{B}b", ";\u{7F}", ";a\nb"]
    )
    func controlExtensions(text: String) {
        #expect(self.decode("1\(text)\r\nx\r\n0\r\n\r\n") == .fault(.badRequest))
    }

    @Test("extensions are bounded, each and together")
    func extensionLimit() {
        func text(_ length: Int, times: Int) -> String {
            String(repeating: "1;\(String(repeating: "a", count: length - 1))\r\nx\r\n", count: times) + "0\r\n\r\n"
        }
        #expect(self.decode(text(250, times: 4)) == .complete("xxxx", rest: ""))
        #expect(self.decode(text(250, times: 5)) == .fault(.badRequest))
        #expect(self.decode(text(300, times: 1)) == .fault(.badRequest))
        #expect(self.decode("1;" + String(repeating: "a", count: 300)) == .fault(.badRequest))
    }

    @Test("trailers are checked and dropped")
    func trailers() {
        #expect(self.decode("1\r\nx\r\n0\r\nA: b\r\nc:\r\n\r\nrest") == .complete("x", rest: "rest"))
        for line in ["A", ": b", "A : b", " A: b", "A: b\0", "A\0: b", "\tA: b", "A b: c", "Ä: b", "A: b\r\n folded"] {
            #expect(self.decode("0\r\n\(line)\r\n\r\n") == .fault(.badRequest), "\(line)")
        }
    }

    @Test(
        "trailers that frame or route a message are faults, in any case",
        arguments: ["Content-Length: 0", "TRANSFER-ENCODING: chunked", "connection: close", "Host: b"]
    )
    func reservedTrailers(line: String) {
        #expect(self.decode("0\r\n\(line)\r\n\r\n") == .fault(.badRequest))
        #expect(self.decode("0\r\nX-\(line)\r\n\r\n") == .complete("", rest: ""))
    }

    @Test("trailers are bounded: each, by number and together")
    func trailerLimits() {
        func text(_ length: Int, times: Int) -> String {
            "0\r\n" + String(repeating: "A:\(String(repeating: "b", count: length - 2))\r\n", count: times) + "\r\n"
        }
        #expect(self.decode(text(50, times: 5)) == .complete("", rest: ""))
        #expect(self.decode(text(51, times: 1)) == .fault(.badRequest))
        #expect(self.decode(text(5, times: 6)) == .fault(.badRequest))
        var limits = Self.small
        limits.headBytes = 249
        #expect(self.decode(text(50, times: 5), limits: limits) == .fault(.badRequest))
    }

    @Test("a body of the limit is taken, a byte more is 413 before it has come", arguments: [true, false])
    func tooLarge(keeps: Bool) {
        let half = "32\r\n" + String(repeating: "x", count: 50) + "\r\n"
        let kept = keeps ? String(repeating: "x", count: 100) : ""
        #expect(self.decode(half + half + "0\r\n\r\n", keeps: keeps) == .complete(kept, rest: ""))
        #expect(self.decode(half + half + "1\r\n", keeps: keeps) == .fault(.contentTooLarge))
        #expect(self.decode("65\r\n", keeps: keeps) == .fault(.contentTooLarge))
        #expect(self.decode("7FFFFFFFFFFFFFF\r\n", keeps: keeps) == .fault(.contentTooLarge))
        #expect(self.decode("3FFFFFFFFFFFFFFF\r\n", keeps: keeps) == .fault(.contentTooLarge))
        // The sum must not wrap.
        #expect(self.decode(half + "3FFFFFFFFFFFFFFF\r\n", keeps: keeps) == .fault(.contentTooLarge))
    }

    @Test("what nobody wants is read past just as strictly")
    func skipped() {
        #expect(self.decode("3;x\r\nabc\r\n0\r\nT: x\r\n\r\nrest", keeps: false) == .complete("", rest: "rest"))
        #expect(self.decode("3\r\nabcd\r\n", keeps: false) == .fault(.badRequest))
        #expect(self.decode("x\r\n", keeps: false) == .fault(.badRequest))
    }
}
