import Gateway
import HTTPOracle
import Inference
import NIOCore
import NIOEmbedded
import Routing
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

/// The model's one worker is busy, so what a client asks waits in its queue until its time is over; all of that happens
/// on the thread of the test.
@Suite("A run that takes long")
struct LongRunTests {
    private func withBusyModel(_ body: (EmbeddedGateway, EmbeddedConnection) throws -> Void) throws {
        let gate = Gate()
        defer { gate.open() }
        let started = Outcomes<Int>()
        let engine = FakeEngine { inputs, _, _ in
            started.deliver(1)
            gate.pass()
            return inputs
        }
        let model = try TestModel.load(engine: engine, execution: ExecutionConfiguration(mode: .workers))
        _ = try model.executor.submit([.of(.int32, [Int32(0)], shape: [1, 1])], outputs: nil) { _ in }
        started.wait(for: 1)
        let gateway = EmbeddedGateway()
        gateway.publish([.blue: model])
        let client = try gateway.connect()
        try body(gateway, client)
        try client.hangUp()
        #expect(gateway.violations() == [])
    }

    @Test("is 504 when its time is over")
    func timeout() throws {
        try self.withBusyModel { gateway, client throws in
            #expect(try client.exchange(Requests.infer(2)).isEmpty)
            gateway.pass(.seconds(29))
            #expect(try client.responses().isEmpty)
            gateway.pass(.seconds(1))
            #expect(try client.responses().statuses == [504])
        }
    }

    @Test("leaves the connection its whole idle time")
    func idle() throws {
        try self.withBusyModel { gateway, client throws in
            try client.send(Requests.infer(2))
            gateway.pass(.seconds(30))
            gateway.pass(.seconds(59))
            #expect(client.channel.isActive)
            gateway.pass(.seconds(1))
            #expect(!client.channel.isActive)
        }
    }

    @Test("does not take from the time of the request behind it")
    func next() throws {
        try self.withBusyModel { gateway, client throws in
            try client.send(Requests.infer(2) + Requests.infer(3))
            gateway.pass(.seconds(30))
            #expect(try client.responses().statuses == [504])
            gateway.pass(.seconds(29))
            #expect(try client.responses().isEmpty)
            gateway.pass(.seconds(1))
            #expect(try client.responses().statuses == [504])
        }
    }

    @Test("ends when its client goes away, and leaves the queue")
    func abort() throws {
        try self.withBusyModel { gateway, client throws in
            try client.send(Requests.infer(2))
            let executor = gateway.routing.table.models["m"]?.live?.model.executor
            #expect(executor?.counts.queued == 1)
            try client.hangUp()
            #expect(executor?.counts.queued == 0)
            #expect(gateway.metrics.aborted == 1)
        }
    }
}
