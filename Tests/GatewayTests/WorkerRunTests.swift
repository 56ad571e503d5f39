import Gateway
import HTTPOracle
import Inference
import Logging
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite("Requests that run on worker threads", .timeLimit(.minutes(1)))
struct WorkerRunTests {
    private static let workers = ExecutionConfiguration(mode: .workers)

    /// Runs stand before `gate`; only those with the value 1.
    private static func gated(_ gate: Gate, started: Outcomes<Int32> = Outcomes()) -> FakeEngine {
        FakeEngine { inputs, _, _ in
            let value = inputs.first?.values(as: Int32.self).first ?? 0
            started.deliver(value)
            if value == 1 { gate.pass() }
            return inputs
        }
    }

    @Test("answers keep the order of requests, also when the second would be ready before the first")
    func order() async throws {
        let gate = Gate()
        let model = try TestModel.load(engine: Self.gated(gate), execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1) + Requests.live + Requests.infer(2) + Requests.live)
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            gate.open()
            let bodies = try await client.receive(4).map(\.body)
            #expect(bodies.count == 4)
            #expect(bodies[0].contains("\"id\":\"1\""))
            #expect(bodies[1] == "{\"live\":true}")
            #expect(bodies[2].contains("\"id\":\"2\""))
            #expect(bodies[3] == "{\"live\":true}")
            try await client.close()
        }
    }

    @Test(
        "bytes that cannot be parsed, behind a request that is running, do not cost it its answer",
        arguments: [("garbage\r\n\r\n", "", [200, 400]), (Requests.live, "Connection: close", [200])]
    )
    func brokenSecond(bytes: String, field: String, statuses: [Int]) async throws {
        let gate = Gate()
        let model = try TestModel.load(engine: Self.gated(gate), execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            let request = field.isEmpty ? Requests.infer(1) : Requests.infer(1, field)
            try await client.send(request + bytes)
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            gate.open()
            #expect(try await client.receive(9).statuses == statuses)
            try await client.close()
        }
    }

    @Test("a client that goes away stops its run, is counted as gone, and holds no generation")
    func abort() async throws {
        let gate = Gate()
        let started = Outcomes<Int>()
        let cancelled = Outcomes<Bool>()
        let engine = FakeEngine { inputs, _, cancellation throws(InferenceError) in
            _ = cancellation?.begin { gate.open() }
            started.deliver(1)
            gate.pass()
            cancellation?.end()
            cancelled.deliver(cancellation?.isCancelled == true)
            return inputs
        }
        let model = try TestModel.load(engine: engine, execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1) + Requests.live)
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            // A run cancelled before the engine began would never begin.
            started.wait(for: 1)
            try await client.close()
            let metrics = try await gateway.metrics { $0.aborted == 1 }
            #expect(metrics.accepted == 1)
            #expect(metrics.inFlight[1] == 0)
            #expect(metrics.series.values.first?.count(.aborted) == 1)
            try await gateway.publish([.blue: model], generation: 2)
            await gateway.drained(before: 2)
        }
        #expect(cancelled.wait(for: 1) == [true])
    }

    @Test("a client that only closes its sending side is taken as gone")
    func halfClose() async throws {
        let gate = Gate()
        let model = try TestModel.load(engine: Self.gated(gate), execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1))
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            try await client.closeSending()
            let metrics = try await gateway.metrics { $0.aborted == 1 }
            #expect(metrics.answered == 0)
            gate.open()
            #expect(try await client.receive(1).isEmpty)
        }
    }

    @Test("a run that is not over in time is 504, also when the model does not stop, and the connection goes on")
    func timeout() async throws {
        let gate = Gate()
        let model = try TestModel.load(
            engine: Self.gated(gate),
            execution: ExecutionConfiguration(mode: .workers, workers: 2),
            requestTimeout: 20_000_000
        )
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1) + Requests.live)
            let responses = try await client.receive(2)
            #expect(responses.statuses == [504, 200])
            #expect(responses.first?.headers["teal-error"] == "timeout")
            gate.open()
            // The late answer of the first run goes nowhere.
            try await client.send(Requests.live)
            #expect(try await client.receive(1).statuses == [200])
            let metrics = try await gateway.metrics { _ in true }
            #expect(metrics.series.values.first?.count(.timeout) == 1)
            try await client.close()
        }
    }

    @Test("a client may ask for less time than the model has")
    func askedTimeout() async throws {
        let gate = Gate()
        let model = try TestModel.load(engine: Self.gated(gate), execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1, parameters: "\"parameters\":{\"timeout\":5000},"))
            #expect(try await client.receive(1).statuses == [504])
            gate.open()
            try await client.close()
        }
    }

    @Test("a full queue is 503 at once, says when to come again, and is counted as shed")
    func overload() async throws {
        let gate = Gate()
        let started = Outcomes<Int32>()
        let model = try TestModel.load(
            engine: Self.gated(gate, started: started),
            execution: ExecutionConfiguration(mode: .workers, maxQueuedRequests: 1)
        )
        try await LiveGateway.with(model) { gateway in
            let running = try await gateway.connect()
            try await running.send(Requests.infer(1))
            started.wait(for: 1)
            let queued = try await gateway.connect()
            try await queued.send(Requests.infer(2))
            _ = try await gateway.metrics { $0.inFlight[1] == 2 }
            let shed = try await gateway.connect()
            try await shed.send(Requests.infer(3) + Requests.live)
            let responses = try await shed.receive(2)
            #expect(responses.statuses == [503, 200])
            #expect(responses.first?.headers["retry-after"] == "1")
            #expect(responses.first?.headers["teal-error"] == "overloaded")
            gate.open()
            #expect(try await running.receive(1).statuses == [200])
            #expect(try await queued.receive(1).statuses == [200])
            #expect(try await gateway.metrics { _ in true }.shed == 1)
            for client in [running, queued, shed] { try await client.close() }
        }
    }

    @Test("a request that is running when the table is replaced keeps its generation, and the generation ends with it")
    func cutover() async throws {
        let gate = Gate()
        let old = try TestModel.load(version: 1, engine: Self.gated(gate), execution: Self.workers)
        let new = try TestModel.load(version: 2)
        try await LiveGateway.with(old) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1) + Requests.infer(1))
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            try await gateway.publish([.green: new], live: .green, generation: 2)
            #expect(gateway.ledger.draining("m", before: 2) == [1])
            gate.open()
            let responses = try await client.receive(2)
            #expect(responses.map { $0.headers["teal-generation"] } == ["1", "2"])
            #expect(responses.map { $0.headers["teal-version"] } == ["1", "2"])
            await gateway.drained(before: 2)
            try await client.close()
        }
    }

    @Test("shutting down lets a running request be answered")
    func shutDown() async throws {
        let gate = Gate()
        let model = try TestModel.load(engine: Self.gated(gate), execution: Self.workers)
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Requests.infer(1))
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            async let stopped: Void = gateway.server.shutDown(
                limit: .seconds(10),
                logger: .init(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            await gateway.server.waitUntilClosed()
            _ = try await gateway.metrics { _ in true }
            gate.open()
            let responses = try await client.receive(1)
            #expect(responses.statuses == [200])
            await stopped
        }
    }
}
