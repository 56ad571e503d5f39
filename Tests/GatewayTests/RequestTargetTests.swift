import Gateway
import Testing

@Suite("RequestTarget")
struct RequestTargetTests {
    @Test(
        "every route of the protocol is recognised",
        arguments: [
            ("/v2", RequestTarget.serverMetadata),
            ("/v2/", .serverMetadata),
            ("/v2/health/live", .live),
            ("/v2/health/ready", .ready),
            ("/v2/models/m", .modelMetadata(model: "m", version: nil)),
            ("/v2/models/m/", .modelMetadata(model: "m", version: nil)),
            ("/v2/models/m/versions/3", .modelMetadata(model: "m", version: 3)),
            ("/v2/models/m/ready", .modelReady(model: "m", version: nil)),
            ("/v2/models/m/versions/3/ready", .modelReady(model: "m", version: 3)),
            ("/v2/models/m/infer", .infer(model: "m", version: nil)),
            ("/v2/models/m/versions/3/infer", .infer(model: "m", version: 3)),
            ("/v2/models/versions/infer", .infer(model: "versions", version: nil)),
            ("/v2/repository/index", .repositoryIndex),
            ("/v2/repository/local/index", .repositoryIndex),
            ("/v2/repository/models/m/load", .repositoryLoad(model: "m")),
            ("/v2/repository/local/models/m/load", .repositoryLoad(model: "m")),
            ("/v2/repository/models/m/unload", .repositoryUnload(model: "m")),
        ]
    )
    func routes(text: String, target: RequestTarget) {
        #expect(RequestTarget(parsing: text) == target)
    }

    @Test(
        "other paths are unknown",
        arguments: [
            "/", "//", "/v1", "/V2", "/v2x", "/v2/health", "/v2/health/live/x", "/v2/models", "/v2/models/m/x",
            "/v2/models/m/infer/x", "/v2/models/m/versions", "/v2/models/m/versions/", "/v2/models/m/versions/x",
            "/v2/models/m/versions/-1", "/v2/models/m/versions/+1", "/v2/models/m/versions/99999999999999999999",
            "/v2/models/m/versions/1/x", "/v2/repository", "/v2/repository/models/m/x", "/v2/repository/a/b/index",
            "/v2/models/m/versions/\u{0661}",
        ]
    )
    func unknown(text: String) {
        #expect(RequestTarget(parsing: text) == .unknown)
    }

    @Test(
        "what servers may read in different ways is refused",
        arguments: [
            "", "*", "v2", "?/v2", "http://host/v2", "/v2/../v2", "/v2/./models", "/v2/%2e%2e/v2", "/v2/%2E",
            "/v2/..%2fv2", "/v2/models/a%2Fb/infer", "/v2/models/a%00b", "/v2/models/a%25b", "/v2/models/a%1Fb",
            "/v2/models/a%7fb", "/v2/models/a%", "/v2/models/a%4", "/v2/models/a%4g", "/v2/models/%c3%28",
            "/v2/models/%ff", "/v2/models/%ed%a0%80",
        ]
    )
    func malformed(text: String) {
        guard case .malformed(let message) = RequestTarget(parsing: text) else {
            Issue.record("\(text) was taken as \(RequestTarget(parsing: text))")
            return
        }
        #expect(!message.isEmpty)
    }

    @Test("runs of slashes count as one, and the query does not matter")
    func normalization() {
        let target = RequestTarget.infer(model: "m", version: 1)
        #expect(RequestTarget(parsing: "//v2///models/m//versions/1/infer/") == target)
        #expect(RequestTarget(parsing: "/v2/models/m/versions/1/infer?a=%zz/../") == target)
    }

    @Test("escapes are decoded once")
    func escapes() {
        #expect(RequestTarget(parsing: "/v2/models/%6D%c3%a9/infer") == .infer(model: "mé", version: nil))
        #expect(RequestTarget(parsing: "/%76%32/health/live") == .live)
    }

    @Test("a target of one megabyte is parsed without trouble", arguments: ["a", "/", "%61", "/a", "%"])
    func long(piece: String) {
        let target = RequestTarget(parsing: "/v2/" + String(repeating: piece, count: (1 << 20) / piece.utf8.count))
        switch target {
        case .unknown, .malformed, .serverMetadata: break
        default: Issue.record("\(piece) repeated was taken as a route")
        }
    }

    @Test("what changes something takes POST, what tells something takes GET")
    func methods() {
        let posts: [RequestTarget] = [
            .infer(model: "m", version: nil), .repositoryIndex, .repositoryLoad(model: "m"),
            .repositoryUnload(model: "m"),
        ]
        let gets: [RequestTarget] = [
            .live, .ready, .serverMetadata, .modelReady(model: "m", version: nil),
            .modelMetadata(model: "m", version: nil),
        ]
        #expect(posts.allSatisfy { "\($0.method)" == "POST" })
        #expect(gets.allSatisfy { "\($0.method)" == "GET" })
    }
}
