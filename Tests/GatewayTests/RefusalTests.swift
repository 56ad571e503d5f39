import Gateway
import HTTP1
import HTTPOracle
import NIOCore
import NIOEmbedded
import ServingCore
import Telemetry
import TestSupport
import Testing

@Suite("Refused requests")
struct RefusalTests {
    @Test(
        "what a head alone tells to be wrong is refused, and the connection goes on",
        arguments: [
            (Requests.get("/"), 404), (Requests.get("/v2/models/none"), 404), (Requests.get("/v2/../x"), 400),
            (Requests.get("/v2/models/m/infer"), 405), ("DELETE /v2 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            ("get /v2 HTTP/1.1\r\nHost: a\r\n\r\n", 405),
            (Requests.get("/v2/" + String(repeating: "a", count: 8_192)), 414),
            (Requests.infer(1, path: "/v2/repository/models/m/load"), 403),
        ]
    )
    func refused(request: String, status: Int) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange(request + Requests.live)
        #expect(responses.statuses == [status, 200])
        #expect(responses.first?.body.hasPrefix("{\"error\":\"") == true)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("the wrong method is told the right one")
    func allow() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(try client.exchange(Requests.get("/v2/models/m/infer")).first?.headers["allow"] == "POST")
        try client.hangUp()
    }

    @Test(
        "what cannot be parsed is answered once, and the connection ends",
        arguments: [
            ("GET /v2 HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("\u{0}\u{1}\u{2}", 400),
            ("GET /v2 HTTP/1.1\r\n\r\n", 400), (Requests.get("/v2", "Host: b"), 400),
            (Requests.get("/v2", "a_b: c"), 400),
            (" GET /v2 HTTP/1.1\r\n\r\n", 400), ("GET /v2 HTTP/2.0\r\nHost: a\r\n\r\n", 505),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            ("GET /v2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1,1\r\n\r\n", 400),
            ("POST /v2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ]
    )
    func unparsable(bytes: String, status: Int) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let responses = try client.exchange(Requests.live + bytes + Requests.live)
        #expect(responses.statuses == [200, status])
        #expect(responses.last?.closes == true)
        #expect(client.socket.isOutputClosed)
        #expect(gateway.metrics.rejections[Int(ConnectionRejection.malformedHead.rawValue)] == 1)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test(
        "a head beyond the limits is 431, whole or in pieces",
        arguments: [
            Requests.get("/v2", "x: " + String(repeating: "y", count: 17 << 10)),
            Requests.get("/v2", String(repeating: "x: y\r\n", count: 101) + "z: z"),
            Requests.get(
                "/v2",
                (0..<6).map { "x\($0): " + String(repeating: "y", count: 15 << 10) }.joined(separator: "\r\n")
            ),
            Requests.get("/" + String(repeating: "a", count: 1 << 20)),
        ],
        [Int.max, 1_000]
    )
    func tooLarge(request: String, piece: Int) throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        var rest = request[...]
        while !rest.isEmpty {
            try client.send(String(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        let responses = try client.responses()
        #expect(responses.statuses == [431])
        #expect(client.socket.isOutputClosed)
        #expect(client.channel.isActive, "closed while the client still sends: the answer would be lost")
        gateway.pass(.seconds(1))
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("after an error the connection stays for a second, so that the client can read it, and takes nothing more")
    func lingering() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        #expect(try client.exchange("garbage\r\n\r\n").statuses == [400])
        for _ in 0..<3 {
            #expect(try client.exchange("more garbage\r\n" + Requests.live).isEmpty)
            #expect(client.channel.isActive)
        }
        gateway.pass(.milliseconds(999))
        #expect(client.channel.isActive)
        gateway.pass(.milliseconds(1))
        #expect(!client.channel.isActive)
        #expect(gateway.metrics.accepted == 1)
        #expect(gateway.violations() == [])
    }

    @Test(
        "a model that fails, refuses or answers nonsense is told with its own status",
        arguments: InferenceError.Code.allCases
    )
    func engineErrors(code: InferenceError.Code) throws {
        let gateway = EmbeddedGateway()
        gateway.publish([
            .blue: try TestModel.load(
                engine: FakeEngine { _, _, _ throws(InferenceError) in throw InferenceError(code, "no") }
            )
        ])
        let client = try gateway.connect()
        let responses = try client.exchange(Requests.infer(1) + Requests.live)
        #expect(responses.first?.headers["teal-error"] == code.rawValue)
        #expect(responses.first?.headers["teal-slot"] == "blue")
        #expect(responses.first?.body == "{\"error\":\"no\"}")
        #expect((responses.first?.headers["retry-after"] != nil) == (responses.first?.status == 503))
        #expect(responses.last?.status == 200)
        try client.hangUp()
        #expect(gateway.metrics.shed == (RequestOutcome(code) == .shed ? 1 : 0))
        #expect(gateway.violations() == [])
    }
}
