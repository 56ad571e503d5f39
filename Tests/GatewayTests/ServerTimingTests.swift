import Gateway
import HTTPOracle
import Inference
import Remote
import ServingCore
import Telemetry
import TestSupport
import Testing

@Suite("How long each phase took", .timeLimit(.minutes(1)))
struct ServerTimingTests {
    private static let asked = Requests.infer(1, "Teal-Timing: on")

    /// Names of the phases; nil when a duration is not milliseconds with three decimals.
    private func phases(_ response: Response?) -> [String]? {
        guard let line = response?.headers["server-timing"] else { return nil }
        var names: [String] = []
        for metric in line.split(separator: ", ") {
            guard let match = metric.wholeMatch(of: /([a-z]+);dur=[0-9]+\.[0-9]{3}/) else { return nil }
            names.append(String(match.1))
        }
        return names
    }

    @Test("is told of a run on the event loop")
    func inline() throws {
        let client = try EmbeddedGateway.serving().connect()
        #expect(self.phases(try client.exchange(Self.asked).first) == ["read", "decode", "model", "encode"])
        try client.hangUp()
    }

    @Test("is told to nobody who did not ask")
    func notAsked() throws {
        let client = try EmbeddedGateway.serving().connect()
        #expect(try client.exchange(Requests.infer(1)).first?.headers["server-timing"] == nil)
        try client.hangUp()
    }

    @Test("is told with a refusal as far as the request came")
    func refused() throws {
        let client = try EmbeddedGateway.serving().connect()
        let response = try client.exchange(Requests.infer(1, path: "/v2/models/x/infer", "teal-timing: on")).first
        #expect(response?.status == 404)
        #expect(self.phases(response) == ["read"])
        try client.hangUp()
    }

    @Test("is asked for with 'on' and nothing else")
    func badValue() throws {
        let client = try EmbeddedGateway.serving().connect()
        let response = try client.exchange(Requests.infer(1, "teal-timing: yes")).first
        #expect(response?.status == 400)
        #expect(response?.body.contains("teal-timing must be on") == true)
        try client.hangUp()
    }

    @Test("is told of a run on a worker thread, with the wait for it")
    func worker() async throws {
        let model = try TestModel.load(engine: FakeEngine(), execution: ExecutionConfiguration(mode: .workers))
        try await LiveGateway.with(model) { gateway in
            let client = try await gateway.connect()
            try await client.send(Self.asked)
            #expect(self.phases(try await client.receive(1).first) == ["read", "decode", "queue", "model", "encode"])
            try await client.close()
        }
    }

    @Test("of a request that no worker ever had, is the wait")
    func expired() async throws {
        let gate = Gate()
        let engine = FakeEngine { inputs, _, _ in
            gate.pass()
            return inputs
        }
        let model = try TestModel.load(engine: engine, execution: ExecutionConfiguration(mode: .workers, workers: 1))
        try await LiveGateway.with(model) { gateway in
            let running = try await gateway.connect()
            try await running.send(Requests.infer(1))
            _ = try await gateway.metrics { $0.inFlight[1] == 1 }
            let waiting = try await gateway.connect()
            try await waiting.send(
                Requests.infer(2, parameters: #""parameters":{"timeout":1000},"#, "teal-timing: on")
            )
            let response = try await waiting.receive(1).first
            #expect(response?.status == 504)
            #expect(self.phases(response) == ["read", "decode", "queue"])
            gate.open()
            _ = try await running.receive(1)
            try await running.close()
            try await waiting.close()
        }
    }

    @Test("of a run that failed, ends with the run")
    func failed() throws {
        let gateway = EmbeddedGateway()
        let engine = FakeEngine { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "no") }
        gateway.publish([.blue: try TestModel.load(engine: engine)])
        let client = try gateway.connect()
        let response = try client.exchange(Self.asked).first
        #expect(response?.status == 500)
        #expect(self.phases(response) == ["read", "decode", "model"])
        try client.hangUp()
    }
}
