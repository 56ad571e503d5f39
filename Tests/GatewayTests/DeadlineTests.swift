import Gateway
import HTTPOracle
import NIOCore
import NIOEmbedded
import Telemetry
import Testing

@Suite("Time-outs of a connection")
struct DeadlineTests {
    private func rejections(_ reason: ConnectionRejection, _ gateway: EmbeddedGateway) -> UInt64 {
        gateway.metrics.rejections[Int(reason.rawValue)]
    }

    @Test("a connection that sends nothing is closed without a word after the idle time")
    func idle() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        gateway.pass(.seconds(59))
        #expect(client.channel.isActive)
        gateway.pass(.seconds(1))
        #expect(!client.channel.isActive)
        #expect(try client.written() == "")
        #expect(self.rejections(.idle, gateway) == 1)
        #expect(gateway.violations() == [])
    }

    @Test("every answer starts the idle time anew")
    func idleAfterAnswer() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        for _ in 0..<3 {
            gateway.pass(.seconds(50))
            #expect(try client.exchange(Requests.live).statuses == [200])
        }
        gateway.pass(.seconds(60))
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("a head must be complete in time, however steadily it trickles")
    func head() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        gateway.pass(.seconds(30))
        for byte in "GET /" {
            try client.send(String(byte))
            gateway.pass(.milliseconds(999))
            #expect(try client.written() == "")
        }
        gateway.pass(.milliseconds(10))
        #expect(try client.responses().statuses == [408])
        #expect(client.socket.isOutputClosed)
        #expect(self.rejections(.headTimeout, gateway) == 1)
        gateway.pass(.seconds(1))
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("a body may pause, but not for long")
    func bodyIdle() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let request = Requests.infer(1)
        try client.send(String(request.dropLast(6)))
        for piece in request.suffix(6).dropLast(2) {
            gateway.pass(.milliseconds(9_900))
            try client.send(String(piece))
        }
        #expect(try client.written() == "")
        gateway.pass(.seconds(10))
        #expect(try client.responses().statuses == [408])
        #expect(self.rejections(.bodyTimeout, gateway) == 1)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a body as a whole has a limit, too")
    func bodyTotal() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        try client.send("POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<11 {
            gateway.pass(.seconds(5))
            try client.send("x")
        }
        #expect(try client.written() == "")
        gateway.pass(.seconds(5))
        #expect(try client.responses().statuses == [408])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a body that comes in time is answered, however long it took")
    func bodyInTime() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        let request = Requests.infer(1)
        try client.send(String(request.dropLast(5)))
        for piece in request.suffix(5) {
            gateway.pass(.seconds(9))
            try client.send(String(piece))
        }
        #expect(try client.responses().statuses == [200])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }
}
