import HTTPOracle
import NIOCore
import NIOEmbedded
import Telemetry
import Testing

@Suite("A client that does not read its answers")
struct BackPressureTests {
    @Test("gets no further request answered, and is not read from, until it reads")
    func holds() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        try client.send(Requests.live)
        client.stall()
        try client.send(String(repeating: Requests.live, count: 5))
        let reads = client.socket.reads
        client.channel.read()
        #expect(client.socket.reads == reads)
        #expect(gateway.metrics.accepted == 1)
        try client.unstall()
        #expect(client.socket.reads == reads + 1)
        #expect(try client.responses().statuses == [Int](repeating: 200, count: 6))
        #expect(try client.exchange(Requests.live).statuses == [200])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("is closed when it has not read for too long")
    func stalls() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        try client.send(Requests.live)
        client.stall()
        gateway.pass(.seconds(29))
        #expect(client.channel.isActive)
        gateway.pass(.seconds(1))
        #expect(!client.channel.isActive)
        #expect(gateway.metrics.rejections[Int(ConnectionRejection.writeStall.rawValue)] == 1)
        #expect(gateway.violations() == [])
    }

    @Test("is closed also when what it does not read is the last answer")
    func stallsAtTheEnd() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        client.socket.takesWrites = false
        try client.send(Requests.get("/v2", "Connection: close"))
        #expect(client.channel.isActive)
        gateway.pass(.seconds(30))
        #expect(!client.channel.isActive)
        #expect(gateway.violations() == [])
    }

    @Test("has as much time for the next request as any other once it has read")
    func recovers() throws {
        let gateway = try EmbeddedGateway.serving()
        let client = try gateway.connect()
        try client.send(Requests.live)
        client.stall()
        gateway.pass(.seconds(20))
        try client.unstall()
        gateway.pass(.seconds(59))
        #expect(client.channel.isActive)
        #expect(try client.exchange(Requests.live).statuses == [200, 200])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }
}
