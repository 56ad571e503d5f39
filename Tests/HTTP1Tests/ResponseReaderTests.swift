import CodecOracle
import HTTP1
import NIOCore
import TestSupport
import Testing

@Suite("ResponseReader")
struct ResponseReaderTests {
    private static let three =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n"
        + "HTTP/1.1 204 No Content\r\nServer: a\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/ and more"

    private static let two =
        "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end"

    @Test("answers are told one after the other, interim ones swallowed")
    func several() {
        let run = AnswerRun(Self.three, asked: 3)
        #expect(run.fault == nil)
        #expect(run.answers.map(\.status) == [200, 204, 200])
        #expect(run.answers.map(\.body) == ["abc0123456789", "", "HTTP/"])
        #expect(run.answers.allSatisfy { $0.isComplete })
        #expect(run.rest == " and more")
    }

    @Test("at whatever byte the input is cut in two, the events are the same")
    func everyCut() {
        for (text, asked, closes) in [(Self.three, 3, false), (Self.two, 2, true)] {
            let bytes = Array(text.utf8)
            let whole = AnswerRun([bytes], asked: asked, closes: closes)
            #expect(whole.fault == nil)
            for cut in 0...bytes.count {
                let pieces = [Array(bytes[..<cut]), Array(bytes[cut...])]
                #expect(AnswerRun(pieces, asked: asked, closes: closes) == whole, "cut at \(cut)")
            }
            #expect(AnswerRun(bytes.map { [$0] }, asked: asked, closes: closes) == whole)
        }
    }

    @Test("an answer without a length ends with its connection")
    func untilClose() {
        let run = AnswerRun("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nabc", closes: true)
        #expect(run.answer?.body == "abc")
        #expect(run.answer?.framing == .untilClose)
        #expect(run.answer?.keepsAlive == false)
        #expect(AnswerRun("HTTP/1.0 200 OK\r\n\r\n", closes: true).answer?.body == "")
    }

    @Test(
        "an answer that is cut off is a fault",
        arguments: [
            "", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n",
        ]
    )
    func truncated(text: String) {
        #expect(AnswerRun(text, closes: true).fault?.kind == .truncated)
    }

    @Test("answers to HEAD, 204 and 304 have no body whatever they say")
    func noBody() {
        let head = "Content-Length: 5\r\n\r\n"
        #expect(AnswerRun("HTTP/1.1 200 OK\r\n" + head, answersHead: true).answer?.framing == ResponseHead.Framing.none)
        #expect(AnswerRun("HTTP/1.1 304 x\r\n" + head).answer?.framing == ResponseHead.Framing.none)
        #expect(AnswerRun("HTTP/1.1 304 x\r\n" + head).answer?.keepsAlive == true)
        let chunked = "Transfer-Encoding: chunked\r\n\r\n"
        #expect(AnswerRun("HTTP/1.1 200 OK\r\n" + chunked, answersHead: true).answer?.body == "")
        #expect(AnswerRun("HTTP/1.1 304 x\r\n" + chunked).answer?.body == "")
    }

    @Test(
        "a 204 that announces a body is answered and not trusted further",
        arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"]
    )
    func bodyOf204(field: String) {
        let run = AnswerRun("HTTP/1.1 204 x\r\n\(field)\r\n\r\nhello")
        #expect(run.answer?.status == 204)
        #expect(run.answer?.keepsAlive == false)
        #expect(run.rest == "hello")
        #expect(AnswerRun("HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n").answer?.keepsAlive == true)
    }

    @Test("an interim answer with a body is a fault", arguments: ["Content-Length: 5", "Transfer-Encoding: chunked"])
    func bodyOfInterim(field: String) {
        #expect(AnswerRun("HTTP/1.1 102 x\r\n\(field)\r\n\r\nhello").fault?.kind == .malformed)
    }

    @Test("a flood of interim answers is given up")
    func interimFlood() {
        let interim = "HTTP/1.1 102 x\r\n\r\n"
        let final = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        #expect(AnswerRun(String(repeating: interim, count: 16) + final).answer?.status == 200)
        #expect(AnswerRun(String(repeating: interim, count: 17) + final).fault?.kind == .malformed)
    }

    @Test("interim answers are counted for each request")
    func interimEach() {
        let answer = String(repeating: "HTTP/1.1 102 x\r\n\r\n", count: 16) + "HTTP/1.1 204 x\r\n\r\n"
        #expect(AnswerRun(String(repeating: answer, count: 3), asked: 3).answers.count == 3)
    }

    @Test(
        "a broken chunk is a fault",
        arguments: [
            "0x3\r\nabc\r\n", "+3\r\nabc\r\n", "-0\r\n\r\n", "1_0\r\n", " 3\r\nabc\r\n", "\r\nabc\r\n",
            "00000000000000003\r\nabc\r\n", "FFFFFFFFFFFFFFFF\r\n", "3\nabc\r\n", "3\rXabc\r\n", "3;a\rb\r\nabc\r\n",
            "3\r\nabcd\r\n", "3\r\nabc0\r\n", "3\r\nab\r\n\r\n", "0\r\nbroken\r\n\r\n", "0\r\nx: y\r\n z\r\n\r\n",
            "g\r\n",
        ]
    )
    func brokenChunks(chunks: String) {
        let run = AnswerRun("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
        #expect(run.fault?.kind == .malformed)
        #expect(run.answers.first?.isComplete != true)
    }

    @Test("a body is as long as allowed and not longer, whatever frames it")
    func bodyLimit() {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        func run(_ count: Int, _ framing: String) -> AnswerRun {
            let body = String(repeating: "x", count: count)
            return switch framing {
            case "length": AnswerRun("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n" + body, limits: limits)
            case "chunked":
                AnswerRun(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n\(count - 5)\r\n"
                        + body.dropFirst(5) + "\r\n0\r\n\r\n",
                    limits: limits
                )
            default: AnswerRun("HTTP/1.1 200 OK\r\n\r\n" + body, closes: true, limits: limits)
            }
        }
        for framing in ["length", "chunked", "close"] {
            #expect(run(10, framing).answer?.body.count == 10, "\(framing)")
            #expect(run(11, framing).fault?.kind == .bodyTooLarge, "\(framing)")
        }
    }

    @Test("nothing is read behind an answer until another is expected")
    func behind() {
        let run = AnswerRun("HTTP/1.1 204 x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", asked: 1)
        #expect(run.answer?.status == 204)
        #expect(run.rest == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test(
        "answers with damage get the same events up to the same end, however they are cut",
        arguments: UInt64(1)...300
    )
    func damaged(seed: UInt64) {
        var bytes = Array((seed.isMultiple(of: 2) ? Self.three : Self.two).utf8)
        var random = SeededRandom(seed: seed)
        for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
        let whole = AnswerRun([bytes], asked: 3)
        let single = AnswerRun(bytes.map { [$0] }, asked: 3)
        // Which of two faults is found first may depend on how the bytes are cut.
        #expect(single.answers == whole.answers)
        #expect((single.fault == nil) == (whole.fault == nil))
    }
}
