import NIOCore
import ServingCore
import Testing
import Upstream

@Suite("UpstreamRoute and RequestLines")
struct UpstreamRouteTests {
    private static func configuration() -> BackendConfiguration {
        BackendConfiguration(
            kind: .openInference,
            endpoints: ["http://a:8000", "https://b/pre"].compactMap { BackendEndpoint($0) }
        )
    }

    @Test(
        "a path that could end early or mean something else makes no route",
        arguments: ["", "v2", "/v2 x", "/v2\r\nx: y", "/v2?x", "/v2#x", "/é", "/\0", "http://c/", "/a\\b", "/\u{7F}"]
    )
    func broken(path: String) {
        #expect(UpstreamRoute(.get, path: path, configuration: Self.configuration()) == nil)
    }

    @Test("names become one segment, whatever they hold")
    func segments() {
        #expect(UpstreamRoute.segment("resnet-50_v1.5~") == "resnet-50_v1.5~")
        #expect(UpstreamRoute.segment("a/b?c#d%e f") == "a%2Fb%3Fc%23d%25e%20f")
        #expect(UpstreamRoute.segment("é\n") == "%C3%A9%0A")
        #expect(UpstreamRoute.segment("..") == "")
        for name in ["a/b", "../x", "a\r\nb", "ü"] {
            let path = "/v2/models/\(UpstreamRoute.segment(name))/infer"
            #expect(UpstreamRoute(.post, path: path, configuration: Self.configuration()) != nil)
        }
    }

    @Test("lines stay well-formed, whatever is added")
    func lines() {
        var lines = RequestLines()
        lines.add("a", "b")
        lines.add("n", 0)
        lines.add("m", 120_345)
        #expect(lines.add("t", text: "hello, world\té") == true)
        for text in ["a\r\nb: c", "a\n", "\0", "\u{7F}"] { #expect(lines.add("t", text: text) == false) }
        #expect(String(buffer: lines.bytes) == "a: b\r\nn: 0\r\nm: 120345\r\nt: hello, world\té\r\n")
    }
}
