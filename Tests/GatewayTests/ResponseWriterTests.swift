import Gateway
import HTTP1
import NIOCore
import Testing

@Suite("ResponseWriter")
struct ResponseWriterTests {
    private func text(_ writer: ResponseWriter, body: String = "{}") -> String {
        var out = ByteBuffer()
        writer.write(body: ByteBuffer(string: body), into: &out)
        return String(buffer: out)
    }

    @Test("a plain answer is as short as can be")
    func plain() {
        #expect(
            self.text(ResponseWriter(status: .ok, closes: false))
                == "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
        )
    }

    @Test("everything that can be said is said in a fixed order")
    func full() {
        var writer = ResponseWriter(status: .unavailable, closes: true)
        writer.contentType = "application/octet-stream"
        writer.lines = Array("teal-slot: blue\r\nteal-version: 1\r\n".utf8)
        writer.inferenceHeaderLength = 7
        writer.allow = "POST"
        writer.errorCode = "overloaded"
        writer.saysKeepAlive = true
        #expect(
            self.text(writer, body: "")
                == "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/octet-stream\r\n"
                + "teal-slot: blue\r\nteal-version: 1\r\ninference-header-content-length: 7\r\nallow: POST\r\n"
                + "teal-error: overloaded\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        )
    }

    @Test("a client of HTTP/1.0 is told that the connection stays open")
    func keepAlive() {
        var writer = ResponseWriter(status: .ok, closes: false)
        writer.saysKeepAlive = true
        #expect(self.text(writer).contains("\r\nconnection: keep-alive\r\n"))
    }

    @Test("the answer to HEAD states the length and leaves the body out")
    func head() {
        var writer = ResponseWriter(status: .ok, closes: false)
        writer.omitsBody = true
        #expect(self.text(writer, body: "abc").hasSuffix("content-length: 3\r\n\r\n"))
    }

    @Test("it appends and leaves what is there")
    func appends() {
        var out = ByteBuffer(string: "x")
        ResponseWriter(status: .ok, closes: false).write(body: ByteBuffer(), into: &out)
        #expect(String(buffer: out).hasPrefix("xHTTP/1.1 200 OK\r\n"))
    }
}
