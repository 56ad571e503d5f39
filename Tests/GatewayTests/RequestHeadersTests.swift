import Gateway
import NIOHTTP1
import ServingCore
import Testing

@Suite("RequestHeaders")
struct RequestHeadersTests {
    private func read(_ fields: [(String, String)], host: Bool = true) -> RequestHeaders {
        RequestHeaders(HTTPHeaders((host ? [("Host", "a")] : []) + fields), requiresHost: true)
    }

    @Test("field names are compared without regard to case")
    func names() {
        let headers = self.read([
            ("CONTENT-length", "12"), ("Teal-SLOT", "Green"), ("inference-HEADER-content-length", "7"),
            ("eXpect", "100-Continue"), ("UPGRADE", "h2c"),
        ])
        #expect(headers.contentLength == 12)
        #expect(headers.slot == .green)
        #expect(headers.inferenceHeaderLength == "7")
        #expect(headers.expectsContinue)
        #expect(headers.asksForUpgrade)
        #expect(headers.refusal == nil)
    }

    @Test("fields of other names are let be")
    func others() {
        let headers = self.read([("expect2", "x"), ("x", ""), ("user-agent", "_"), ("teal-slots", "red")])
        #expect(headers.refusal == nil)
        #expect(headers.slot == nil)
        #expect(!headers.asksForUpgrade)
    }

    @Test("exactly one Host is wanted, and none of HTTP/1.0 is let be")
    func host() {
        #expect(self.read([]).refusal == nil)
        #expect(self.read([], host: false).refusal?.status == .badRequest)
        #expect(self.read([("HOST", "b")]).refusal?.status == .badRequest)
        #expect(RequestHeaders(HTTPHeaders(), requiresHost: false).refusal == nil)
        #expect(
            RequestHeaders(HTTPHeaders([("host", "a"), ("host", "a")]), requiresHost: false).refusal?.status
                == .badRequest
        )
    }

    @Test(
        "a field that cannot be honoured is refused with its own status",
        arguments: [
            ([("expect", "200-ok")], HTTPStatus.expectationFailed),
            ([("expect", "")], .expectationFailed),
            ([("content-encoding", "gzip")], .unsupportedMediaType),
            ([("teal-slot", "red")], .badRequest),
            ([("teal-slot", "")], .badRequest),
            ([("teal-slot", "blue"), ("teal-slot", "green")], .badRequest),
            ([("inference-header-content-length", "1"), ("Inference-Header-Content-Length", "1")], .badRequest),
            ([("content_length", "1")], .badRequest),
            ([("_", "")], .badRequest),
        ]
    )
    func refusals(fields: [(String, String)], status: HTTPStatus) {
        #expect(self.read(fields).refusal?.status == status)
    }

    @Test("the same slot named twice, and the identity encoding, are accepted")
    func harmless() {
        let headers = self.read([("teal-slot", "blue"), ("teal-slot", "BLUE"), ("content-encoding", "Identity")])
        #expect(headers.refusal == nil)
        #expect(headers.slot == .blue)
    }

    @Test("the first refusal stands")
    func first() {
        #expect(self.read([("expect", "x"), ("content-encoding", "gzip")]).refusal?.status == .expectationFailed)
    }
}
