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

    @Test("valid requests are the same to both", arguments: UInt64(1)...40)
    func valid(seed: UInt64) {
        for round in 0..<10 {
            let requests = RandomRequests(seed: seed * 1_000 + UInt64(round), count: 10)
            let ours = ReaderRun([requests.bytes])
            let theirs = PeerRun(requests.bytes)
            #expect(theirs.fault == nil)
            #expect(theirs.requests.count == 10)
            #expect(
                theirs.requests.map {
                    RandomRequests.Expected(
                        method: $0.head.method.rawValue,
                        target: $0.head.uri,
                        keepsAlive: $0.head.isKeepAlive,
                        body: $0.body ?? []
                    )
                } == requests.expected
            )
            #expect(ours.requests.count == 10)
            #expect(Self.differences(ours, theirs) == [])
        }
    }

    @Test("the corpus is the same to both, or refused by us")
    func corpus() {
        #expect(Self.seeds.count > 100)
        for bytes in Self.seeds {
            #expect(
                Self.differences(ReaderRun([bytes]), PeerRun(bytes)) == [],
                "\(String(decoding: bytes, as: UTF8.self))"
            )
        }
    }

    @Test("so is the corpus with damage", arguments: UInt64(1)...40)
    func damagedCorpus(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for seed in Self.seeds {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            let differences = Self.differences(ReaderRun([bytes]), PeerRun(bytes))
            #expect(differences == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("so are valid requests with damage", arguments: UInt64(1)...40)
    func damagedRequests(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for round in 0..<50 {
            var bytes = RandomRequests(seed: seed * 1_000 + UInt64(round), count: 3).bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            let differences = Self.differences(ReaderRun([bytes]), PeerRun(bytes))
            #expect(differences == [], "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// Where the two differ, and why that is no harm: llhttp ends the connection in each of these cases, so there is no
    /// second reading of what follows.
    private static let known: [String: String] = [
        "invalid HTTP method": "llhttp knows a list of methods; to us any token is one, and is answered with 405",
        "invalid URL": "llhttp checks the target while it reads; we refuse it once the request is read",
        "strict mode assertion": "llhttp looks into chunk extensions; we only bound them and forbid control characters",
    ]

    /// llhttp stops reading behind a request for another protocol; we answer in HTTP/1.1 and go on.
    private static func isUpgrade(_ head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }

    private static func isKnown(_ fault: String?) -> Bool { fault.map { Self.known[$0] != nil } ?? false }

    /// How what we took differs from what the other made of it. Nothing is compared behind a request that ends the
    /// connection, in either reading.
    private static func differences(_ ours: ReaderRun, _ theirs: PeerRun) -> [String] {
        for (index, request) in ours.requests.enumerated() {
            guard let body = request.body else { return [] }
            if index >= theirs.requests.count, Self.isKnown(theirs.fault) { return [] }
            if index > 0, index == theirs.requests.count, Self.isUpgrade(theirs.requests[index - 1].head) { return [] }
            guard index < theirs.requests.count else { return ["request \(index) is not taken: \(theirs.fault ?? "")"] }
            let other = theirs.requests[index]
            if other.body == nil, Self.isKnown(theirs.fault) { return [] }
            var wrong: [String] = []
            if other.body != body { wrong.append("body of \(index): \(theirs.fault ?? "")") }
            if request.head.method != Self.method(other.head.method) { wrong.append("method of \(index)") }
            if request.target != other.head.uri { wrong.append("target of \(index)") }
            if request.head.isHTTP10 != (other.head.version == .http1_0) { wrong.append("version of \(index)") }
            // We end the connection behind CONNECT.
            if other.head.method != .CONNECT, request.head.keepsAlive != other.head.isKeepAlive {
                wrong.append("keep-alive of \(index)")
            }
            guard wrong.isEmpty else { return wrong }
            if !request.head.keepsAlive { return [] }
        }
        return []
    }

    private static func method(_ method: HTTPMethod) -> RequestHead.Method {
        switch method {
        case .GET: .get
        case .HEAD: .head
        case .POST: .post
        default: .other
        }
    }
}
