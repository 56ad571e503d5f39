import CodecOracle
import HTTP1
import NIOCore
import TestSupport
import Testing

@Suite("RequestReader")
struct RequestReaderTests {
    private static let pipelined = Array(
        ("GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n"
            + "\r\nPOST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nGET / H"
            + "POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3;a=b\r\nabc\r\nA\r\n\r\n0\r\n\r\nGET\r\n0\r\nT: x\r\n\r\n"
            + "HEAD /v2/health/live HTTP/1.0\r\n\r\nGET /v").utf8
    )

    @Test("several requests in one piece are told one after the other")
    func pipelining() {
        let run = ReaderRun([Self.pipelined])
        #expect(run.fault == nil)
        #expect(run.bodies == ["", "GET / H", "abc\r\n0\r\n\r\nGET", ""])
        #expect(run.requests.map(\.head.method) == [.get, .post, .post, .head])
        #expect(String(decoding: run.rest, as: UTF8.self) == "GET /v")
    }

    @Test("at whatever byte the input is cut in two, the events are the same")
    func everyCut() {
        let whole = ReaderRun([Self.pipelined])
        for cut in 0...Self.pipelined.count {
            #expect(
                ReaderRun([Array(Self.pipelined[..<cut]), Array(Self.pipelined[cut...])]) == whole,
                "cut at \(cut)"
            )
        }
    }

    @Test("byte by byte, and in any three pieces, the events are the same")
    func threePieces() {
        let whole = ReaderRun([Self.pipelined])
        #expect(ReaderRun(Self.pipelined.map { [$0] }) == whole)
        for first in stride(from: 0, to: Self.pipelined.count, by: 3) {
            for second in first..<min(first + 12, Self.pipelined.count) {
                let pieces = [Self.pipelined[..<first], Self.pipelined[first..<second], Self.pipelined[second...]].map {
                    Array($0)
                }
                #expect(ReaderRun(pieces) == whole, "cut at \(first) and \(second)")
            }
        }
    }

    @Test("random valid requests are understood, however they are cut", arguments: UInt64(1)...200)
    func random(seed: UInt64) {
        let requests = RandomRequests(seed: seed, count: 8)
        let whole = ReaderRun([requests.bytes])
        #expect(whole.fault == nil)
        #expect(whole.rest.isEmpty)
        #expect(whole.requests.map(\.body) == requests.expected.map(\.body))
        #expect(whole.requests.map(\.head.keepsAlive) == requests.expected.map(\.keepsAlive))
        #expect(whole.requests.map(\.target) == requests.expected.map(\.target))
        #expect(whole.requests.allSatisfy { $0.head.refusal == nil })
        var random = SeededRandom(seed: seed)
        #expect(ReaderRun(Self.pieces(requests.bytes, &random)) == whole)
    }

    @Test(
        "requests with damage get the same events up to the same end, however they are cut",
        arguments: UInt64(1)...300
    )
    func damaged(seed: UInt64) {
        var bytes = RandomRequests(seed: seed, count: 3).bytes
        var random = SeededRandom(seed: seed ^ 0xDA)
        for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
        let whole = ReaderRun([bytes]).withoutReason
        #expect(ReaderRun(Self.pieces(bytes, &random)).withoutReason == whole)
        #expect(ReaderRun(bytes.map { [$0] }).withoutReason == whole)
    }

    private static func pieces(_ bytes: [UInt8], _ random: inout SeededRandom) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...60, using: &random))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    @Test("one empty line before a request is forgiven, however it is cut")
    func emptyLine() {
        let request = "GET /v2 HTTP/1.1\r\nHost: a\r\n\r\n"
        for before in [
            [request], ["\r\n" + request], ["\r", "\n" + request], ["\r\n", request], ["\r", "\n", request],
        ] {
            let run = ReaderRun(before.map { Array($0.utf8) } + ["\r\n\(request)"].map { Array($0.utf8) })
            #expect(run.fault == nil)
            #expect(run.requests.count == 2)
        }
        for before in [["\r\n\r\n"], ["\r\n", "\r\n"], ["\r", "\n\r", "\n"], ["\r\n\r"], ["\n"], ["\r\r\n"], ["\rG"]] {
            let run = ReaderRun(before.map { Array($0.utf8) } + [Array(request.utf8)])
            #expect(run.fault?.status == .badRequest, "\(before)")
            #expect(run.requests.isEmpty)
        }
        #expect(ReaderRun("\r").fault == nil)
        #expect(ReaderRun("\r\n") == ReaderRun([]))
    }

    @Test("bytes behind a complete request are not touched until asked")
    func untouched() throws {
        var reader = RequestReader(limits: HTTPLimits())
        var input = ByteBuffer(string: "POST /v2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\0broken\n")
        guard case .head = try reader.next(&input, target: { _ in }),
            case .complete(let body) = try reader.next(&input, target: { _ in })
        else {
            Issue.record("not understood")
            return
        }
        #expect(String(buffer: body) == "hi")
        #expect(String(buffer: input) == "\0broken\n")
        #expect(throws: RequestFault.self) { try reader.next(&input, target: { _ in }) }
    }

    @Test("a body nobody wants is read past, and the next request's is kept", arguments: [1, 7, Int.max])
    func skipBody(piece: Int) {
        let whole = ReaderRun([Self.pipelined])
        var pieces: [[UInt8]] = []
        var rest = Self.pipelined[...]
        while !rest.isEmpty {
            pieces.append(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        #expect(ReaderRun(pieces, skips: { $0 == 0 }) == whole)
        let first = ReaderRun(pieces, skips: { $0 == 1 })
        #expect(first.bodies == ["", "", "abc\r\n0\r\n\r\nGET", ""])
        let second = ReaderRun(pieces, skips: { $0 == 2 })
        #expect(second.bodies == ["", "GET / H", "", ""])
        let all = ReaderRun(pieces, skips: { _ in true })
        #expect(all.bodies == ["", "", "", ""])
        for run in [first, second, all] {
            #expect(run.requests.map(\.head) == whole.requests.map(\.head))
            #expect(run.rest == whole.rest)
        }
    }

    @Test("a length nobody could send is waited for without trouble", arguments: [true, false])
    func hugeLength(skips: Bool) {
        let head = Array("POST /v2 HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\n".utf8)
        let run = ReaderRun([head, Array("abc".utf8), Array("def".utf8)], skips: { _ in skips })
        #expect(run.requests.count == 1)
        #expect(run.requests.first?.body == nil)
        #expect(run.rest == (skips ? [] : Array("abcdef".utf8)))
    }

    @Test("a skipped body keeps nothing of what it has read past")
    func skippedConsumes() {
        let head = Array("POST /v2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n".utf8)
        let run = ReaderRun([head] + (0..<999).map { _ in [0x61] }, skips: { _ in true })
        #expect(run.rest.isEmpty)
        #expect(run.requests.first?.body == nil)
    }

    @Test("a long head, body and trailer that come byte by byte are read in one pass")
    func trickle() {
        var limits = HTTPLimits()
        limits.headBytes = 1 << 20
        limits.headerFieldBytes = 1 << 20
        let long = String(repeating: "y", count: 500_000)
        let bytes = Array(
            ("POST /v2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nx: \(long)\r\n\r\n"
                + String(repeating: "1\r\nx\r\n", count: 50_000) + "0\r\nt: \(long)\r\n\r\n").utf8
        )
        // A search that began anew with each byte would look at 10^11 of them.
        let run = ReaderRun(bytes.map { [$0] }, limits: limits)
        #expect(run.fault == nil)
        #expect(run.requests.first?.body?.count == 50_000)
    }
}
