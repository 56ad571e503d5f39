import Gateway
import HTTPOracle
import NIOCore
import NIOEmbedded
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite("The slot that answers")
struct RoutedRequestTests {
    private func gateway(live: Slot? = .blue, allowsSlotHeader: Bool) throws -> EmbeddedGateway {
        let gateway = EmbeddedGateway()
        gateway.publish(
            [.blue: try TestModel.load(version: 1), .green: try TestModel.load(version: 2)],
            live: live,
            allowsSlotHeader: allowsSlotHeader
        )
        return gateway
    }

    @Test(
        "a model that opens its slots is answered by the one asked for",
        arguments: [
            (Requests.infer(1), "blue"), (Requests.infer(1, "Teal-Slot: green"), "green"),
            (Requests.infer(1, "teal-slot: BLUE"), "blue"),
            (Requests.infer(1, path: "/v2/models/m/versions/1/infer"), "blue"),
            (Requests.infer(1, path: "/v2/models/m/versions/2/infer"), "green"),
            (Requests.infer(1, path: "/v2/models/m/versions/2/infer", "teal-slot: green"), "green"),
        ]
    )
    func chosen(request: String, slot: String) throws {
        let gateway = try self.gateway(allowsSlotHeader: true)
        let client = try gateway.connect()
        let response = try client.exchange(request).first
        #expect(response?.status == 200)
        #expect(response?.headers["teal-slot"] == slot)
        #expect(response?.headers["teal-version"] == (slot == "blue" ? "1" : "2"))
        #expect(response?.headers["teal-generation"] == "1")
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test(
        "what the model does not open or hold is refused",
        arguments: [
            (Requests.infer(1, "teal-slot: green"), 403),
            (Requests.infer(1, path: "/v2/models/m/versions/2/infer"), 404),
            (Requests.infer(1, path: "/v2/models/m/versions/3/infer"), 404),
            (Requests.infer(1, path: "/v2/models/m/versions/2/infer", "teal-slot: blue"), 404),
            (Requests.get("/v2/models/m/versions/3/ready"), 404),
            (Requests.infer(1, path: "/v2/models/x/infer"), 404),
        ]
    )
    func refused(request: String, status: Int) throws {
        let gateway = try self.gateway(allowsSlotHeader: false)
        let client = try gateway.connect()
        #expect(try client.exchange(request).statuses == [status])
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a slot or model that is not ready is 503, or 400 for clients of Triton", arguments: [false, true])
    func notReady(tritonStatus: Bool) throws {
        let gateway = EmbeddedGateway()
        gateway.options.tritonStatus = tritonStatus
        gateway.publish([.blue: try TestModel.load()], live: nil, allowsSlotHeader: true)
        let client = try gateway.connect()
        let responses = try client.exchange(
            Requests.infer(1) + Requests.infer(1, "teal-slot: green") + Requests.get("/v2/health/ready")
                + Requests.get("/v2/models/m/ready") + Requests.live
        )
        let status = tritonStatus ? 400 : 503
        #expect(responses.statuses == [status, status, status, status, 200])
        #expect((responses.first?.headers["retry-after"] == "1") == !tritonStatus)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a request whose table is replaced between head and body is answered by the new one")
    func replacedWhileReading() throws {
        let gateway = try self.gateway(allowsSlotHeader: false)
        let client = try gateway.connect()
        let request = Requests.infer(1)
        try client.send(String(request.dropLast(4)))
        gateway.publish(
            [.blue: try TestModel.load(version: 1), .green: try TestModel.load(version: 2)],
            live: .green
        )
        let response = try client.exchange(String(request.suffix(4))).first
        #expect(response?.headers["teal-slot"] == "green")
        #expect(response?.headers["teal-generation"] == "2")
        // The old generation is not held by a connection that stays open.
        #expect(gateway.ledger.deadHandles(before: 2) == 0)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("a request that is running when the table is replaced is answered by the generation it began with")
    func replacedWhileRunning() throws {
        let gateway = EmbeddedGateway()
        let replacing = LoopAction()
        gateway.publish([
            .blue: try TestModel.load(
                engine: FakeEngine { inputs, _, _ in
                    replacing.run()
                    return inputs
                }
            )
        ])
        let next = try TestModel.load(version: 2)
        var held = 0
        replacing.action = {
            gateway.publish([.green: next], live: .green)
            held = gateway.ledger.deadHandles(before: 2)
        }
        // The engine is freed on another thread, and must not take the loop with it.
        defer { replacing.action = {} }
        let client = try gateway.connect()
        let first = try client.exchange(Requests.infer(1)).first
        #expect(first?.headers["teal-slot"] == "blue")
        #expect(first?.headers["teal-generation"] == "1")
        #expect(held == 1)
        #expect(gateway.ledger.deadHandles(before: 2) == 0)
        #expect(try client.exchange(Requests.infer(1)).first?.headers["teal-slot"] == "green")
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("each inference is counted once, by version and outcome")
    func counted() throws {
        let gateway = try self.gateway(allowsSlotHeader: true)
        let client = try gateway.connect()
        try client.send(
            Requests.infer(1) + Requests.infer(1, "teal-slot: green") + Requests.infer(2)
                + "POST /v2/models/m/infer HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n{" + Requests.live
        )
        try client.hangUp()
        let series = gateway.metrics.series
        let blue = series[SeriesKey(model: "m", slot: "blue", version: 1)]
        let green = series[SeriesKey(model: "m", slot: "green", version: 2)]
        #expect(blue?.count(.answered) == 2)
        #expect(blue?.count(.refused) == 1)
        #expect(blue?.latency.count == 2)
        #expect(green?.count(.answered) == 1)
        #expect(gateway.metrics.accepted == 5)
        #expect(gateway.violations() == [])
    }
}

/// Something an engine does on the embedded loop's own thread, where the test set it.
private final class LoopAction: @unchecked Sendable {
    // Inline runs happen on the thread of the test.
    var action: () -> Void = {}

    func run() { self.action() }
}
