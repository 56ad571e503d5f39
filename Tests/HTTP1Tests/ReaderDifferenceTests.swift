import CodecOracle
import Foundation
import HTTP1
import NIOHTTP1
import TestSupport
import Testing

/// Two servers that read the same bytes in different ways let requests be smuggled past one of them. What our reader
/// takes, llhttp must take, and as the same requests.
@Suite("RequestReader and NIOHTTP1")
struct ReaderDifferenceTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus/http")

    private static let seeds: [[UInt8]] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()) ?? []
        return names.compactMap { try? Array(Data(contentsOf: Self.folder.appending(path: $0))) }
    }()

    @Test("20,000 valid requests, cut anywhere, are the same to both", arguments: UInt64(1)...40)
    func valid(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<100 {
            let requests = RandomRequests(seed: seed * 1_000 + UInt64(round), count: 5)
            let both = RequestDifferences(Cuts.random(of: requests.bytes, &random))
            #expect(both.ours.fault == nil && both.theirs.fault == nil)
            #expect(both.ours.requests.count == 5)
            #expect(both.found() == [])
            let theirs = both.theirs.requests.map {
                RandomRequests.Expected(
                    method: $0.head.method.rawValue,
                    target: $0.head.uri,
                    keepsAlive: $0.head.isKeepAlive,
                    fields: $0.head.headers.map { "\($0.name): \(Fields.trimmed($0.value))" },
                    body: $0.body ?? []
                )
            }
            #expect(theirs == requests.expected)
        }
    }

    @Test("the corpus is the same to both, or refused by us")
    func corpus() {
        #expect(Self.seeds.count > 100)
        for bytes in Self.seeds {
            #expect(RequestDifferences([bytes]).found() == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("so is the corpus with damage", arguments: UInt64(1)...40)
    func damagedCorpus(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for seed in Self.seeds {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            #expect(RequestDifferences([bytes]).found() == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("so are 20,000 valid connections with damage", arguments: UInt64(1)...40)
    func damagedRequests(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<500 {
            var bytes = RandomRequests(seed: seed * 1_000 + UInt64(round), count: 2).bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            let found = RequestDifferences(Cuts.random(of: bytes, &random)).found()
            #expect(found == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// What llhttp takes and we refuse, each because another server takes it otherwise.
    private static let stricter: [(why: String, request: String)] = [
        ("no Host", "GET / HTTP/1.1\r\n\r\n"),
        ("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        ("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        ("an underscore in a name", "GET / HTTP/1.1\r\nHost: a\r\nx_y: 1\r\n\r\n"),
        ("a tab before a length", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\t1\r\n\r\nx"),
        ("several empty lines before a request", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (
            "two transfer codings",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
        ),
        ("a transfer coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (
            "a chunk size of 17 digits",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "00000000000000001\r\nx\r\n0\r\n\r\n"
        ),
        (
            "more header fields than 100",
            "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "a: b\r\n", count: 100) + "\r\n"
        ),
        (
            "a header field of 16 KiB",
            "GET / HTTP/1.1\r\nHost: a\r\na: \(String(repeating: "b", count: 16 << 10))\r\n\r\n"
        ),
    ]

    @Test("what is refused on purpose although llhttp takes it", arguments: Self.stricter.indices)
    func refused(index: Int) {
        let (why, request) = Self.stricter[index]
        let both = RequestDifferences([Array(request.utf8)])
        #expect(both.theirs.fault == nil && both.theirs.requests.first?.body != nil, "\(why)")
        #expect(both.ours.fault != nil, "\(why)")
    }

    /// What we take and llhttp refuses, by its name for the fault.
    private static let laxer: [String: String] = [
        "invalid HTTP method": "BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
        "invalid URL": "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
        "strict mode assertion":
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;(=b\r\nx\r\n0\r\n\r\n",
    ]

    @Test("what is taken although llhttp refuses it", arguments: RequestDifferences.known.keys)
    func taken(fault: String) throws {
        let both = RequestDifferences([Array(try #require(Self.laxer[fault]).utf8)])
        #expect(both.theirs.fault == fault)
        #expect(both.ours.fault == nil && both.ours.requests.first?.body != nil)
        #expect(both.found() == [])
    }

    /// Behind these llhttp ends the connection, or hands it to another protocol, and we do not.
    private static let goneOn: [(why: String, fields: String)] = [
        ("another protocol is asked for", "Connection: upgrade\r\nUpgrade: h2c\r\n"),
        ("Proxy-Connection, which is no field of HTTP", "Proxy-Connection: close\r\n"),
    ]

    @Test("after which request we go on and llhttp does not", arguments: Self.goneOn.indices)
    func goesOn(index: Int) {
        let (why, fields) = Self.goneOn[index]
        let request = "GET / HTTP/1.1\r\nHost: a\r\n"
        let both = RequestDifferences([Array((request + fields + "\r\n" + request + "\r\n").utf8)])
        #expect(both.theirs.requests.count == 1, "\(why)")
        #expect(both.ours.fault == nil && both.ours.requests.count == 2, "\(why)")
        #expect(both.found() == [])
    }
}
