import CodecOracle
import HTTP1
import Testing

@Suite("The head of an answer")
struct ResponseHeadTests {
    private func run(_ fields: String..., status: String = "HTTP/1.1 200 OK") -> AnswerRun {
        AnswerRun(status + "\r\n" + fields.map { $0 + "\r\n" }.joined() + "Content-Length: 0\r\n\r\n")
    }

    @Test("says status, framing and what may be passed on")
    func understood() {
        let run = AnswerRun(
            "HTTP/1.1 404 Not Found\r\nServer: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Date: today\r\n\r\n{}"
        )
        #expect(run.answer?.status == 404)
        #expect(run.answer?.framing == .length(2))
        #expect(run.answer?.keepsAlive == true)
        #expect(run.answer?.lines == "Server: x\r\nContent-Type: application/json\r\nDate: today\r\n")
        #expect(run.answer?.body == "{}")
        #expect(run.head?.contentType == .json)
        #expect(run.head?.isEncoded == false)
    }

    @Test(
        "a reason may be anything visible, or missing",
        arguments: [
            "HTTP/1.1 200 OK", "HTTP/1.1 200 ", "HTTP/1.1 200", "HTTP/1.1 200 a b\tc", "HTTP/1.1 200 \u{E9}",
            "HTTP/1.0 200 OK",
        ]
    )
    func reasons(line: String) {
        #expect(self.run(status: line).answer?.status == 200)
    }

    @Test("every status from 100 to 599 is known, and no other", arguments: 0...999)
    func statuses(status: Int) {
        let digits = String(repeating: "0", count: 3 - String(status).count) + String(status)
        let run = AnswerRun("HTTP/1.1 \(digits) x\r\nContent-Length: 0\r\n\r\n")
        switch status {
        case 101, ..<100, 600...: #expect(run.fault?.kind == .malformed)
        case ..<200: #expect(run.fault == nil && run.answers.isEmpty && run.rest.isEmpty)
        default: #expect(run.answer?.status == status)
        }
    }

    @Test(
        "a broken status line is a fault",
        arguments: [
            "HTTP/1.1  200 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 2x0 OK",
            "HTTP/1.1 200\tOK", "HTTP/1.1\t200 OK", "HTTP/1.2 200 OK", "HTTP/2.0 200 OK", "HTTP/2 200 OK",
            "http/1.1 200 OK", "HTTP/1.1 200 a\rb", "HTTP/1.1 200 a\0b", "HTTP/1.1 200 a\nb", "HTTP/1.1 200 a\u{7F}b",
            "HTTP/1.1 200 a\r", " HTTP/1.1 200 OK", "\r\nHTTP/1.1 200 OK", "ICY 200 OK", "HTTP/1.1", "HTTP/1.1 ",
            "200 OK",
            "", "GET / HTTP/1.1", "HTTP/1.1 200 OK\r\n folded", "HTTP/1.1 200 a\rX: y",
        ]
    )
    func brokenStatusLines(line: String) {
        let run = self.run(status: line)
        #expect(run.fault?.kind == .malformed)
        #expect(run.answers.isEmpty)
    }

    @Test(
        "lines that clients read in different ways are faults",
        arguments: [
            "x : y", "x\t: y", " x: y", "\tx: y", ": y", "x", "x y", "x: y\r\n folded", "x: y\r\n\tfolded", "x: y\r\n ",
            "x\r: y", "x: \ry", "x: y\r", "\rx: y", "\r", "x: y\nz: a", "x: y\n", "\nx: y", "x\n: y", "x\0: y", "x: \0",
            "x: a\u{7F}", "x\u{E9}: y", "x: \u{1}",
        ]
    )
    func brokenLines(line: String) {
        #expect(self.run(line).fault?.kind == .malformed)
    }

    @Test(
        "a length that is not one plain number is a fault",
        arguments: [
            "+1", "-1", "0x10", "1_0", "1Z", "", "1,1", "1 1", "9223372036854775808", "18446744073709551616",
            String(repeating: "9", count: 400), "1.0", "\t1", "1\t",
        ]
    )
    func lengths(value: String) {
        #expect(AnswerRun("HTTP/1.1 200 OK\r\nContent-Length: \(value)\r\n\r\n1").fault?.kind == .malformed)
    }

    @Test(
        "two headers that both say where the body ends are a fault",
        arguments: [
            ["Content-Length: 1", "Content-Length: 1"], ["Content-Length: 1", "Content-Length: 2"],
            ["Content-Length: 1", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 1"],
            ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ]
    )
    func twoFramings(fields: [String]) {
        let run = AnswerRun("HTTP/1.1 200 OK\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n0\r\n\r\n")
        #expect(run.fault?.kind == .malformed)
        #expect(run.answers.isEmpty)
    }

    @Test(
        "a transfer coding other than chunked is a fault",
        arguments: [
            "gzip, chunked", "chunked, chunked", ",chunked", "chunked,", "xchunked", "identity", "chunked;a",
            "\tchunked",
            "chunked\t", "\u{B}chunked", "", "chunked gzip",
        ]
    )
    func codings(value: String) {
        let run = AnswerRun("HTTP/1.1 200 OK\r\nTransfer-Encoding: \(value)\r\n\r\n0\r\n\r\n")
        #expect(run.fault?.kind == .malformed)
    }

    @Test("HTTP/1.0 knows no transfer coding")
    func codingOfOld() {
        #expect(
            AnswerRun("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").fault?.kind == .malformed
        )
    }

    @Test("what is about the connection is not passed on")
    func hopByHop() {
        let run = self.run(
            "A: 1",
            "Connection: keep-alive, X-Own, close",
            "Keep-Alive: timeout=5",
            "x-own: 2",
            "TE: trailers",
            "Trailer: x",
            "Upgrade: h2c",
            "Proxy-Connection: close",
            "Proxy-Authenticate: Basic",
            "Teal-Slot: green",
            "x-owner: 3",
            "B: 4"
        )
        #expect(run.answer?.lines == "A: 1\r\nx-owner: 3\r\nB: 4\r\n")
        #expect(run.answer?.keepsAlive == false)
    }

    @Test("a Connection header may name a few fields and not many")
    func nominated() {
        func run(_ count: Int) -> AnswerRun {
            self.run("Connection: " + (0..<count).map { "x\($0)" }.joined(separator: ","), "x0: a", "y: b")
        }
        #expect(run(8).answer?.lines == "y: b\r\n")
        #expect(run(9).fault?.kind == .malformed)
    }

    @Test(
        "HTTP/1.1 keeps the connection unless told otherwise, HTTP/1.0 the other way round",
        arguments: [
            ("1.1", "x: y", true), ("1.1", "Connection: close", false), ("1.1", "Connection: Keep-Alive, CLOSE", false),
            ("1.0", "x: y", false), ("1.0", "Connection: keep-alive", true), ("1.0", "Connection: close", false),
        ]
    )
    func keepsAlive(version: String, field: String, keeps: Bool) {
        #expect(self.run(field, status: "HTTP/\(version) 200 OK").answer?.keepsAlive == keeps)
    }

    @Test(
        "the media type is told apart whatever its parameters",
        arguments: [
            ("application/json", ResponseHead.ContentType.json), ("Application/JSON; charset=utf-8", .json),
            ("text/event-stream", .eventStream), (" text/event-stream ;charset=utf-8", .eventStream),
            ("application/octet-stream", .octetStream), ("application/jsonl", .other), ("", .other),
        ]
    )
    func contentTypes(value: String, type: ResponseHead.ContentType) {
        #expect(self.run("Content-Type: \(value)").head?.contentType == type)
    }

    @Test("an encoded body and the length of an inference header are noticed")
    func noticed() {
        #expect(self.run("Content-Encoding: gzip").head?.isEncoded == true)
        #expect(self.run("Content-Encoding: identity").head?.isEncoded == false)
        #expect(self.run("Inference-Header-Content-Length: 12").head?.inferenceHeaderLength == 12)
        #expect(self.run("Inference-Header-Content-Length: -1").fault?.kind == .malformed)
        #expect(
            self.run("Inference-Header-Content-Length: 1", "Inference-Header-Content-Length: 1").fault?.kind
                == .malformed
        )
    }

    @Test("a head has bounds: bytes, one field, fields")
    func limits() {
        var limits = HTTPLimits()
        limits.headBytes = 300
        limits.headerFieldBytes = 100
        limits.headerFields = 4
        func run(_ fields: [String]) -> AnswerRun {
            AnswerRun("HTTP/1.1 204 x\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n", limits: limits)
        }
        #expect(run(["a: b", "a: b", "a: b", "a: b"]).answer != nil)
        #expect(run(["a: b", "a: b", "a: b", "a: b", "a: b"]).fault?.kind == .headTooLarge)
        #expect(run(["a:" + String(repeating: "b", count: 98)]).answer != nil)
        #expect(run(["a:" + String(repeating: "b", count: 99)]).fault?.kind == .headTooLarge)
        let field = "a:" + String(repeating: "b", count: 98)
        #expect(run([field, field, field]).fault?.kind == .headTooLarge)
        #expect(
            AnswerRun("HTTP/1.1 200 " + String(repeating: "b", count: 300), limits: limits).fault?.kind == .headTooLarge
        )
    }

    @Test("a head that never ends is given up at its limit, however it comes")
    func endless() {
        let run = AnswerRun((0..<200_000).map { _ in Array("x: y\r\n".utf8) })
        #expect(run.fault != nil)
    }
}
