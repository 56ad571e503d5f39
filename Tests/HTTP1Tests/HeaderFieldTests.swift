import CodecOracle
import HTTP1
import ServingCore
import Telemetry
import Testing

@Suite("Header fields")
struct HeaderFieldTests {
    private func run(_ fields: [UInt8], version: String = "1.1", limits: HTTPLimits = HTTPLimits()) -> ReaderRun {
        ReaderRun([Array("POST /v2 HTTP/\(version)\r\n".utf8) + fields + Array("\r\n".utf8)], limits: limits)
    }

    /// With a Host field before `fields`, and a line end behind each.
    private func run(_ fields: String..., version: String = "1.1", limits: HTTPLimits = HTTPLimits()) -> ReaderRun {
        self.run(Array(("Host: a\r\n" + fields.map { $0 + "\r\n" }.joined()).utf8), version: version, limits: limits)
    }

    @Test("every byte of a name is a token character or a fault", arguments: UInt8.min...UInt8.max)
    func nameBytes(byte: UInt8) {
        // A colon ends the name; an underscore is a token character we do not take.
        let isTaken = (RequestLineTests.isToken(byte) && byte != UInt8(ascii: "_")) || byte == UInt8(ascii: ":")
        let run = self.run(Array("Host: a\r\nx".utf8) + [byte] + Array("y: z\r\n".utf8))
        #expect((run.head != nil) == isTaken)
        #expect(run.refusal == nil)
    }

    @Test("every byte of a value is a tab, visible, or above ASCII, or a fault", arguments: UInt8.min...UInt8.max)
    func valueBytes(byte: UInt8) {
        let isTaken = byte == 0x09 || (0x20...0x7E).contains(byte) || byte >= 0x80
        for field in [
            Array("x: ".utf8) + [byte], Array("x: a".utf8) + [byte] + Array("b".utf8), Array("x:".utf8) + [byte],
        ] {
            #expect((self.run(Array("Host: a\r\n".utf8) + field + [0x0D, 0x0A]).head != nil) == isTaken)
        }
    }

    @Test(
        "lines that servers read in different ways are faults",
        arguments: [
            "x : y", "x\t: y", " x: y", "\tx: y", ": y", "x", "x y", "x: y\r\n folded", "x: y\r\n\tfolded", "x: y\r\n ",
            "x\r: y", "x: \ry", "x: y\r", "\rx: y", "\r", "\r\rx", "x: y\nz: a", "x: y\n", "\nx: y", "x\n: y",
            "x: y\n\r\nGET / HTTP/1.1", "x: \0", "x\0: y", "(x): y", "\"x\": y", "x,y: z",
        ]
    )
    func malformed(lines: String) {
        let run = self.run(lines)
        #expect(run.fault?.status == .badRequest)
        #expect(run.fault?.reason == .malformedHead)
        #expect(run.requests.isEmpty)
        // Also where nothing is before it.
        #expect(self.run(Array((lines + "\r\nHost: a\r\n").utf8)).fault?.status == .badRequest)
    }

    @Test(
        "empty values and white space around values are fine",
        arguments: ["x:", "x: ", "x:\t", "x:y", "x: \t y \t "]
    )
    func blank(line: String) {
        #expect(self.run(line).head?.refusal == nil)
        #expect(self.run(line).fault == nil)
    }

    @Test("a field of the limit is taken, a longer one is 431")
    func fieldLimit() {
        var limits = HTTPLimits()
        limits.headerFieldBytes = 30
        #expect(self.run("x: " + String(repeating: "y", count: 27), limits: limits).head != nil)
        let run = self.run("x: " + String(repeating: "y", count: 28), limits: limits)
        #expect(run.fault?.status == .headTooLarge)
        #expect(run.fault?.reason == .headTooLarge)
    }

    @Test("as many fields as the limit are taken, one more is 431")
    func fieldCount() {
        var limits = HTTPLimits()
        limits.headerFields = 4
        #expect(self.run("a: b", "a: b", "a: b", limits: limits).head != nil)
        #expect(self.run("a: b", "a: b", "a: b", "a: b", limits: limits).fault?.status == .headTooLarge)
    }

    @Test("a head of the limit is taken, one byte more is 431, whole or byte by byte", arguments: [true, false])
    func headLimit(whole: Bool) {
        let head = Array("GET /v2 HTTP/1.1\r\nHost: a\r\nx: y\r\n\r\n".utf8)
        var limits = HTTPLimits()
        limits.headBytes = head.count
        let behind = Array("GET".utf8)
        let pieces = whole ? [head + behind] : (head + behind).map { [$0] }
        #expect(ReaderRun(pieces, limits: limits).requests.count == 1)
        limits.headBytes = head.count - 1
        let run = ReaderRun(pieces, limits: limits)
        #expect(run.requests.isEmpty)
        #expect(run.fault?.status == .headTooLarge)
    }

    @Test("a head without end is 431 as soon as it is over the limit")
    func endless() {
        var limits = HTTPLimits()
        limits.headBytes = 100
        let line = Array(("GET /" + String(repeating: "a", count: 95)).utf8)
        #expect(ReaderRun([line], limits: limits).fault == nil)
        #expect(ReaderRun([line, [0x61]], limits: limits).fault?.status == .headTooLarge)
    }

    @Test("names are not case-sensitive, and only the whole name counts")
    func names() {
        #expect(self.run("CONTENT-length: 5").head?.framing == .length(5))
        #expect(self.run("tRANSFER-eNCODING: CHUNKED").head?.framing == .chunked)
        for name in ["xontent-length", "content-lengtx", "content-length-", "content.length", "contentXlength"] {
            #expect(self.run("\(name): 5").head?.framing == .length(0))
        }
        // Differ from '-' and from letters in one bit only.
        #expect(self.run("content\u{0D}length: 5").fault != nil)
        #expect(self.run("HOS\u{14}: 5").fault != nil)
    }

    @Test("a name with an underscore is a fault: a server in front may read it as '-'")
    func underscore() {
        #expect(self.run("content_length: 5", "Content-Length: 2").fault?.status == .badRequest)
    }

    @Test(
        "Content-Length is digits and nothing else",
        arguments: [
            ("0", 0), ("5", 5), ("005", 5), ("010", 10), ("  7  ", 7), ("9223372036854775807", Int.max),
            (String(repeating: "0", count: 400), 0), (String(repeating: "0", count: 400) + "3", 3),
        ]
    )
    func lengths(value: String, length: Int) {
        #expect(self.run("Content-Length:\(value)").head?.framing == .length(length))
    }

    @Test(
        "any other Content-Length is a fault",
        arguments: [
            "", " ", "\t1", "1\t", "+1", "-1", "-0", "0x10", "1_0", "1Z", "1,1", "1, 1", "1 1", "1.0", "1e3", "\"1\"",
            "0o10", "¹", "\u{0661}",
            "9223372036854775808", "18446744073709551616", "18446744073709551621", "\u{A0}1", "1\u{85}", "1;", "/", ":",
            String(repeating: "9", count: 400),
        ]
    )
    func noLengths(value: String) {
        #expect(self.run("Content-Length: \(value)").fault?.status == .badRequest)
    }

    @Test("two lengths are a fault, also when they agree or one is in another case", arguments: ["5", "6", "0"])
    func twoLengths(other: String) {
        #expect(self.run("Content-Length: 5", "x: y", "content-length: \(other)").fault?.status == .badRequest)
        #expect(self.run("Content-Length: 0", "content-length: \(other)").fault?.status == .badRequest)
    }

    @Test("a length and a transfer coding together are a fault, in either order", arguments: ["0", "5"])
    func bothFramings(length: String) {
        let fields = ["Content-Length: \(length)", "Transfer-Encoding: chunked"]
        #expect(self.run(fields[0], fields[1]).fault?.status == .badRequest)
        #expect(self.run(fields[1], fields[0]).fault?.status == .badRequest)
    }

    @Test("chunked is the one transfer coding", arguments: ["chunked", "  chunked  ", "CHUNKED", "Chunked"])
    func chunked(value: String) {
        #expect(self.run("Transfer-Encoding:\(value)").head?.framing == .chunked)
    }

    @Test(
        "any other transfer coding is a fault",
        arguments: [
            "", "\tchunked", "chunked\t", "identity", "gzip", "xchunked", "chunkedx", "chunke", "chunked, chunked",
            ",chunked", "chunked,",
            "gzip, chunked", "chunked, identity", "chunked;a=b", "\"chunked\"", "\u{B}chunked", "chunked\u{C}",
            "\u{A0}chunked", "chunked\u{85}", "chun\u{212A}ed", "chunked\u{0}", "c hunked",
        ]
    )
    func noChunked(value: String) {
        #expect(self.run("Transfer-Encoding: \(value)").fault?.status == .badRequest)
    }

    @Test("a transfer coding given twice, or in HTTP/1.0, is a fault")
    func chunkedTwice() {
        #expect(self.run("Transfer-Encoding: chunked", "Transfer-Encoding: chunked").fault?.status == .badRequest)
        #expect(self.run("Transfer-Encoding: chunked", "Transfer-Encoding: identity").fault?.status == .badRequest)
        #expect(self.run("Transfer-Encoding: chunked", version: "1.0").fault?.status == .badRequest)
        #expect(self.run("Content-Length: 1", version: "1.0").head?.framing == .length(1))
    }

    @Test("HTTP/1.1 needs one Host, HTTP/1.0 at most one")
    func hosts() {
        #expect(self.run([]).fault?.status == .badRequest)
        #expect(self.run([], version: "1.0").head?.refusal == nil)
        #expect(self.run(version: "1.0").head?.refusal == nil)
        #expect(self.run().head?.refusal == nil)
        for version in ["1.0", "1.1"] {
            #expect(self.run("host: a", version: version).fault?.status == .badRequest)
            #expect(self.run("HOST: b", version: version).fault?.status == .badRequest)
        }
    }

    @Test("a Host is a name or address, perhaps with a port, or empty")
    func hostValues() {
        for host in ["", " ", "a", "A-b.c_d:80", "127.0.0.1", "[::1]:8080", "xn--a.", "Z9"] {
            #expect(self.run(Array("Host: \(host)\r\n".utf8)).head?.refusal == nil, "\(host)")
        }
        for host in [
            "a/b", "a@b", "a,b", "a b", "a\tb", "http://a", "a?b", "a#b", "a\\b", "ä", "a;b", "a%41", "{a}", "a\u{7F}",
        ] {
            #expect(self.run(Array("Host: \(host)\r\n".utf8)).fault?.status == .badRequest, "\(host)")
        }
    }

    @Test(
        "who says close gets close, HTTP/1.0 must ask for more",
        arguments: [
            ("1.1", "", true), ("1.1", "close", false), ("1.1", "CLOSE", false), ("1.1", "a,b , close ,c", false),
            ("1.1", "closed", true), ("1.1", "clos", true), ("1.1", "x-close", true), ("1.1", ",,,", true),
            ("1.1", "keep-alive, close", false), ("1.1", "keep-alive", true), ("1.1", "close;q=0", true),
            ("1.0", "", false), ("1.0", "keep-alive", true), ("1.0", "Keep-Alive", true), ("1.0", "close", false),
            ("1.0", "keep-alive, close", false), ("1.0", "close, keep-alive", false), ("1.0", "keepalive", false),
        ]
    )
    func connection(version: String, value: String, keepsAlive: Bool) {
        #expect(self.run("Connection: \(value)", version: version).head?.keepsAlive == keepsAlive)
        #expect(self.run("Connection: x", "Connection:\(value)", version: version).head?.keepsAlive == keepsAlive)
        #expect(self.run("Connection:\(value)", "Connection: x", version: version).head?.keepsAlive == keepsAlive)
    }

    @Test("one expectation is known, others are 417")
    func expect() {
        #expect(self.run("Expect: 100-Continue").head?.expectsContinue == true)
        #expect(self.run("Content-Length: 1").head?.expectsContinue == false)
        for value in ["", "100", "100-continue, x", "200-ok", "100-continue;a=b"] {
            #expect(self.run("Expect: \(value)").refusal == .expectationFailed, "\(value)")
        }
    }

    @Test("a slot is blue or green, and may be named twice only if it is the same")
    func slots() {
        #expect(self.run("x: y").head?.slot == nil)
        #expect(self.run("teal-slot: blue").head?.slot == .blue)
        #expect(self.run("Teal-Slot:GREEN").head?.slot == .green)
        #expect(self.run("teal-slot: green", "teal-slot: green").head?.refusal == nil)
        #expect(self.run("teal-slot: green", "teal-slot: blue").refusal == .badRequest)
        for value in ["", "red", "blue, green", "blu", "bluee", "\"blue\""] {
            #expect(self.run("teal-slot: \(value)").refusal == .badRequest, "\(value)")
        }
    }

    @Test("the length of the JSON part is one whole number")
    func inferenceHeader() {
        let name = "Inference-Header-Content-Length"
        #expect(self.run("\(name): 12").head?.inferenceHeaderLength == 12)
        #expect(self.run("\(name): 1", "\(name): 1").refusal == .badRequest)
        for value in ["", "-1", "+1", "1,1", "0x1", "9223372036854775808"] {
            #expect(self.run("\(name): \(value)").refusal == .badRequest, "\(value)")
        }
    }

    @Test("only uncompressed bodies are taken")
    func contentEncoding() {
        #expect(self.run("Content-Encoding: identity").head?.refusal == nil)
        for value in ["gzip", "", "identity, gzip"] {
            #expect(self.run("Content-Encoding: \(value)").refusal == .unsupportedMediaType, "\(value)")
        }
    }

    @Test("the first reason to refuse is told, and a fault goes before any")
    func order() {
        #expect(self.run("Content-Encoding: gzip", "Expect: x").refusal == .unsupportedMediaType)
        #expect(self.run("Expect: x", "Content-Encoding: gzip").refusal == .expectationFailed)
        #expect(self.run("Expect: x", "Content-Length: x").fault?.status == .badRequest)
    }
}
