import CodecOracle
import HTTP1
import Telemetry
import Testing

@Suite("The request line")
struct RequestLineTests {
    /// RFC 9110 5.6.2, written down once more.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private func run(line: [UInt8]) -> ReaderRun { ReaderRun([line + Array("\r\nHost: a\r\n\r\n".utf8)]) }

    private func run(_ line: String) -> ReaderRun { self.run(line: Array(line.utf8)) }

    @Test("says method, target and version")
    func understood() {
        let run = self.run("POST /v2/models/m/infer?x HTTP/1.1")
        let head = run.head
        #expect(head?.method == .post)
        #expect(run.requests.map(\.target) == ["/v2/models/m/infer?x"])
        #expect(head?.isHTTP10 == false)
        #expect(head?.keepsAlive == true)
        #expect(head?.framing == .length(0))
        #expect(head?.refusal == nil)
        #expect(self.run("GET /v2 HTTP/1.0").head?.isHTTP10 == true)
        #expect(self.run("HEAD /v2 HTTP/1.1").head?.method == .head)
    }

    @Test(
        "methods are case-sensitive, and unknown ones are well-formed",
        arguments: ["get", "Post", "GETX", "PATCH", "G"]
    )
    func otherMethods(method: String) {
        #expect(self.run("\(method) /v2 HTTP/1.1").head?.method == .other)
    }

    @Test("every byte of a method is a token character or a fault", arguments: UInt8.min...UInt8.max)
    func methodBytes(byte: UInt8) {
        // A space ends the method; what follows it is no target then.
        let taken = self.run(line: Array("GE".utf8) + [byte] + Array("T /v2 HTTP/1.1".utf8)).head != nil
        #expect(taken == Self.isToken(byte))
    }

    @Test("every byte of a target is visible ASCII or a fault", arguments: UInt8.min...UInt8.max)
    func targetBytes(byte: UInt8) {
        let taken = self.run(line: Array("GET /v".utf8) + [byte] + Array("2 HTTP/1.1".utf8)).head != nil
        #expect(taken == (0x21...0x7E).contains(byte))
    }

    @Test(
        "anything but single spaces between three parts is a fault",
        arguments: [
            "", " ", "GET", "GET ", "GET /v2", "GET /v2 ", "GET  /v2 HTTP/1.1", "GET /v2  HTTP/1.1",
            " GET /v2 HTTP/1.1",
            "GET /v2 HTTP/1.1 ", "GET\t/v2 HTTP/1.1", "GET /v2\tHTTP/1.1", "GET /v2 HTTP/1.1\t", "GET /v2 x HTTP/1.1",
            "GET HTTP/1.1", " /v2 HTTP/1.1", "GET\r/v2 HTTP/1.1", "\rGET /v2 HTTP/1.1", "GET /v2 HTTP/1.1\r",
            "\u{FEFF}GET /v2 HTTP/1.1",
        ]
    )
    func spacing(line: String) {
        let run = self.run(line)
        #expect(run.fault?.status == .badRequest)
        #expect(run.fault?.reason == .malformedHead)
        #expect(run.requests.isEmpty)
    }

    @Test("other versions are 505", arguments: ["0.9", "1.2", "1.9", "2.0", "3.0", "9.9", "0.0"])
    func versions(version: String) {
        #expect(self.run("GET /v2 HTTP/\(version)").fault?.status == .versionNotSupported)
    }

    @Test(
        "what is no version is a fault",
        arguments: [
            "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/11", "HTTP/1.1.1", "HTTP/1.1x", "HTTP/01.1", "HTTP/1.01", "HTTP/1,1",
            "http/1.1", "HTTp/1.1", "HTTPS/1.1", "ICE/1.0", "HTTP 1.1", "HTTP/1.a", "HTTP/a.1", "HTTP//.1", "HTTP/1:1",
            "TTP/1.1", "/1.1", "1.1", "HTTP/", "HTTP", "H",
        ]
    )
    func noVersions(version: String) {
        #expect(self.run("GET /v2 \(version)").fault?.status == .badRequest)
    }

    @Test("a head that is only a request line is complete")
    func alone() {
        let run = ReaderRun("GET /v2 HTTP/1.0\r\n\r\n")
        #expect(run.head?.refusal == nil)
        #expect(run.head?.keepsAlive == false)
        #expect(run.rest.isEmpty)
    }

    @Test("a target of the limit is taken, a longer one refused, and the connection can go on")
    func targetLimit() {
        var limits = HTTPLimits()
        limits.targetBytes = 20
        func run(_ length: Int) -> ReaderRun {
            let target = "/" + String(repeating: "a", count: length - 1)
            return ReaderRun("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits)
        }
        #expect(run(20).head?.refusal == nil)
        #expect(run(20).requests.first?.target.utf8.count == 20)
        #expect(run(21).refusal == .uriTooLong)
        #expect(run(21).requests.first?.target == "")
    }

    @Test("each request has its own target")
    func targets() {
        let paths = ["/v2", "/v2", "/v2/health/live", "/v2/health/ready", "/v2", "*"]
        let run = ReaderRun(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        #expect(run.requests.map(\.target) == paths)
    }

    @Test("CONNECT does not keep the connection")
    func connect() {
        #expect(self.run("CONNECT a:1 HTTP/1.1").head?.keepsAlive == false)
        #expect(self.run("CONNECTX a:1 HTTP/1.1").head?.keepsAlive == true)
    }
}
