import CodecOracle
import HTTP1
import NIOHTTP1
import TestSupport
import Testing

/// Two clients that read the same bytes in different ways let an answer pass for that to another request. What our
/// reader takes, llhttp must take, and as the same answers.
@Suite("ResponseReader and NIOHTTP1")
struct AnswerDifferenceTests {
    private static func both(_ bytes: [UInt8], as answers: RandomAnswers, _ random: inout SeededRandom)
        -> AnswerDifferences
    {
        AnswerDifferences(
            Cuts.random(of: bytes, &random),
            asked: answers.expected.count,
            answersHead: answers.answersHead,
            closes: answers.closes
        )
    }

    @Test("20,000 valid answers, cut anywhere, are the same to both", arguments: UInt64(1)...40)
    func valid(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<100 {
            let answers = RandomAnswers(seed: seed * 1_000 + UInt64(round), count: 5)
            let both = Self.both(answers.bytes, as: answers, &random)
            #expect(both.ours.fault == nil && both.theirs.fault == nil)
            #expect(both.found() == [])
            let ours = both.ours.answers.map {
                RandomAnswers.Expected(
                    status: $0.status,
                    fields: Fields.of($0.lines),
                    body: $0.bytes,
                    keepsAlive: $0.keepsAlive
                )
            }
            #expect(ours == answers.expected)
            #expect(both.theirs.answers.map(\.isComplete) == answers.expected.map { _ in true })
        }
    }

    @Test("20,000 valid connections with damage are the same to both, or refused by us", arguments: UInt64(1)...40)
    func damaged(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<500 {
            let answers = RandomAnswers(seed: seed * 1_000 + UInt64(round), count: 2)
            var bytes = answers.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            let found = Self.both(bytes, as: answers, &random).found()
            #expect(found == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"

    /// What llhttp takes and we refuse, each because another client takes it otherwise.
    private static let stricter: [(why: String, answer: String)] = [
        ("a tab before a length", Self.ok + "Content-Length:\t1\r\n\r\nx"),
        ("a transfer coding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("a status above 599", "HTTP/1.1 600 x\r\nContent-Length: 0\r\n\r\n"),
        (
            "an interim answer that announces a body",
            "HTTP/1.1 102 x\r\nContent-Length: 1\r\n\r\n" + Self.ok + "Content-Length: 0\r\n\r\n"
        ),
        (
            "more interim answers than 16",
            String(repeating: "HTTP/1.1 102 x\r\n\r\n", count: 17) + Self.ok + "Content-Length: 0\r\n\r\n"
        ),
        (
            "a chunk size of 17 digits",
            Self.ok + "Transfer-Encoding: chunked\r\n\r\n00000000000000001\r\nx\r\n0\r\n\r\n"
        ),
        ("a change of protocol", "HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"),
    ]

    @Test("what is refused on purpose although llhttp takes it", arguments: Self.stricter.indices)
    func refused(index: Int) {
        let (why, answer) = Self.stricter[index]
        let both = AnswerDifferences([Array(answer.utf8)], asked: 1)
        #expect(both.theirs.fault == nil && both.theirs.answers.first?.isComplete == true, "\(why)")
        #expect(both.ours.fault != nil, "\(why)")
    }

    /// What we take and llhttp refuses, by its name for the fault.
    private static let laxer: [String: String] = [
        "strict mode assertion": Self.ok + "Transfer-Encoding: chunked\r\n\r\n1;(=b\r\nx\r\n0\r\n\r\n",
        "data received after completed connection: close message":
            "HTTP/1.0 100 x\r\n\r\n" + Self.ok + "Content-Length: 1\r\n\r\nx",
    ]

    @Test("what is taken although llhttp refuses it", arguments: AnswerDifferences.known.keys)
    func taken(fault: String) throws {
        let both = AnswerDifferences([Array(try #require(Self.laxer[fault]).utf8)], asked: 1)
        #expect(both.theirs.fault == fault)
        #expect(both.ours.answer?.body == "x")
        #expect(both.found() == [])
    }

    /// After these llhttp would end the connection and we do not.
    private static let kept: [(why: String, answer: String, answersHead: Bool)] = [
        ("Proxy-Connection, which is no field of HTTP", "Proxy-Connection: close\r\nContent-Length: 0\r\n", false),
        ("an answer to HEAD without a length, which needs none", "", true),
    ]

    @Test("after which answer we keep the connection and llhttp does not", arguments: Self.kept.indices)
    func keeps(index: Int) {
        let (why, fields, answersHead) = Self.kept[index]
        let both = AnswerDifferences([Array((Self.ok + fields + "\r\n").utf8)], asked: 1, answersHead: answersHead)
        #expect(both.theirs.answers.first?.head.isKeepAlive == false, "\(why)")
        #expect(both.ours.answer?.keepsAlive == true, "\(why)")
        #expect(both.found() == [])
    }
}
