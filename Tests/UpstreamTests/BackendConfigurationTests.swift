import ServingCore
import Testing

@Suite("BackendEndpoint and BackendHeader")
struct BackendConfigurationTests {
    @Test(
        "an address is parsed once and says what it says",
        arguments: [
            ("http://10.0.0.7:8000", "10.0.0.7", 8_000, "", "10.0.0.7:8000", false),
            ("https://GPU.example:8443/prefix/v1/", "gpu.example", 8_443, "/prefix/v1", "gpu.example:8443", true),
            ("http://a", "a", 80, "", "a", false), ("https://a/", "a", 443, "", "a", true),
            ("http://[::1]:9", "::1", 9, "", "[::1]:9", false), ("http://a_b-c.d", "a_b-c.d", 80, "", "a_b-c.d", false),
        ]
    )
    func hosts(text: String, host: String, port: Int, prefix: String, authority: String, isTLS: Bool) throws {
        let endpoint = try #require(BackendEndpoint(text))
        #expect(endpoint.address == .host(host, port: port))
        #expect(endpoint.prefix == prefix)
        #expect(endpoint.authority == authority)
        #expect(endpoint.isTLS == isTLS)
        #expect(endpoint.description == (isTLS ? "https" : "http") + "://" + authority + prefix)
    }

    @Test("a path of a Unix socket is one")
    func unix() throws {
        let endpoint = try #require(BackendEndpoint("unix:/run/model.sock"))
        #expect(endpoint.address == .unix("/run/model.sock"))
        #expect(endpoint.authority == "localhost")
        #expect(endpoint.description == "unix:/run/model.sock")
    }

    @Test(
        "what could mean two things means nothing",
        arguments: [
            "", "a", "a:80", "http://", "http:///x", "http://a@b", "http://a:b@c", "http://a:", "http://a:0",
            "http://a:65536", "http://a:+1", "http://a:1x", "http://a b", "http://a/%2e", "http://a/../b",
            "http://a/./b",
            "http://a//b", "http://a?x", "http://a/x?y", "http://a#x", "http://a/x#y", "http://a\r\nx", "http://a/\r\n",
            "http://::1", "http://[::1", "http://[]", "http://[a]", "http://[::1]x", "http://[::1%25eth0]", "ftp://a",
            "HTTP://a", "file:///a", "http://a\\b", "http://a/ b", "http://é", "unix:", "unix:run", "unix:/a b",
            "unix:/" + String(repeating: "a", count: 107),
        ]
    )
    func broken(text: String) {
        #expect(BackendEndpoint(text) == nil)
    }

    @Test("a header cannot break the request or take its framing over")
    func headers() {
        #expect(BackendHeader(name: "Authorization", value: "Bearer x")?.name == "authorization")
        #expect(BackendHeader(name: "x-a", value: "")?.value.revealed == "")
        for name in ["", "a b", "a:", "a_b", "a\r\n", "é", "Host", "Content-Length", "transfer-encoding", "Connection"]
        {
            #expect(BackendHeader(name: name, value: "x") == nil, "\(name)")
        }
        for value in ["a\r\nb: c", "a\n", "a\0", "a\u{7F}"] { #expect(BackendHeader(name: "a", value: value) == nil) }
    }

    @Test("a secret shows in no print of what holds it")
    func secrets() throws {
        var configuration = BackendConfiguration(kind: .openAI, endpoints: [])
        configuration.headers = [try #require(BackendHeader(name: "authorization", value: "Bearer canary"))]
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(text.contains("authorization"))
            #expect(!text.contains("canary"))
        }
    }
}
