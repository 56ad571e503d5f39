import LoadGenerator
import NIOCore
import Testing

@Suite struct ResponseParserTests {
    private func parse(_ text: String) throws -> Response? {
        var parser = ResponseParser()
        return try parser.receive(ByteBuffer(string: text))
    }

    @Test("reads status, slot, version, generation and body")
    func whole() throws {
        let response = try #require(
            try self.parse(
                """
                HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTeal-Slot: green\r\nTEAL-VERSION:12 \r\n\
                teal-generation: \t345\r\nServer: x\r\n\r\n{}
                """
            )
        )
        #expect(response.head.status == 200)
        #expect(response.head.slot == "green")
        #expect(response.head.version == "12")
        #expect(response.head.generation == 345)
        #expect(String(buffer: response.body) == "{}")
        #expect(response.isReusable)
    }

    @Test(
        "an answer that arrives byte by byte is the same answer",
        arguments: [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nteal-slot: blue\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nteal-slot: blue\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nt: v\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nteal-slot: blue\r\ncontent-length: 5\r\n\r\nhello",
        ]
    )
    func byteByByte(_ text: String) throws {
        let whole = try #require(try self.parse(text))
        var parser = ResponseParser()
        var answers: [Response] = []
        for byte in text.utf8 {
            if let answer = try parser.receive(ByteBuffer(bytes: [byte])) { answers.append(answer) }
        }
        #expect(answers.count == 1)
        for answer in answers + [whole] {
            #expect(String(buffer: answer.body) == "hello")
            #expect(answer.head.slot == "blue")
            #expect(answer.isReusable)
        }
    }

    @Test("one parser reads answer after answer")
    func successive() throws {
        var parser = ResponseParser()
        for text in ["one", "three"] {
            let answer = try parser.receive(
                ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: \(text.count)\r\n\r\n\(text)")
            )
            #expect(answer.map { String(buffer: $0.body) } == text)
        }
    }

    @Test("without length or chunks the answer ends with the connection")
    func untilClose() throws {
        var parser = ResponseParser()
        #expect(try parser.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nsome ")) == nil)
        #expect(try parser.receive(ByteBuffer(string: "text")) == nil)
        #expect(parser.end().map { String(buffer: $0.body) } == "some text")
    }

    @Test("a connection that ends within an answer completes nothing")
    func cut() throws {
        var parser = ResponseParser()
        #expect(try parser.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")) == nil)
        #expect(parser.end() == nil)
    }

    @Test("204 and 304 have no body", arguments: [204, 304])
    func bodiless(_ status: Int) throws {
        let answer = try #require(try self.parse("HTTP/1.1 \(status) x\r\ncontent-length: 7\r\n\r\n"))
        #expect(answer.body.readableBytes == 0)
        #expect(answer.isReusable)
    }

    @Test(
        "a connection is kept only when both sides may keep it",
        arguments: [
            ("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nConnection: Close\r\ncontent-length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nsurplus", false),
        ]
    )
    func reuse(_ text: String, _ isReusable: Bool) throws {
        #expect(try self.parse(text)?.isReusable == isReusable)
    }

    @Test(
        "what is not HTTP/1 is refused",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
            String(repeating: "x", count: 100_000),
        ]
    )
    func malformed(_ text: String) {
        #expect(throws: MalformedResponse.self) { _ = try self.parse(text) }
    }
}
