import Gateway
import HTTPOracle
import ServingCore
import Synchronization
import Testing

@Suite("The V2 repository routes", .timeLimit(.minutes(1)))
struct RepositoryRouteTests {
    private func exchange(_ requests: String..., control: RecordingControl, isOn: Bool) async throws -> [Response] {
        var responses: [Response] = []
        try await LiveGateway.with(try TestModel.load(), repositoryControl: isOn, control: control) { gateway in
            let client = try await gateway.connect()
            for request in requests {
                try await client.send(request)
                // An empty body cannot be told from one that has not come: a second request marks the end.
                try await client.send(Requests.live)
                responses += try await client.receive(2).dropLast()
            }
            try await client.close()
        }
        return responses
    }

    private static func post(_ path: String, _ fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\(fields)\r\n{}"
    }

    @Test("the index lists what each slot holds, whether load and unload are on or not")
    func index() async throws {
        let responses = try await self.exchange(
            Self.post("/v2/repository/index"),
            control: RecordingControl(),
            isOn: false
        )
        #expect(responses.statuses == [200])
        #expect(
            responses.first?.body
                == "[{\"name\":\"m\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"live in slot blue\"},"
                + "{\"name\":\"m\",\"version\":\"2\",\"state\":\"LOADING\",\"reason\":\"none in slot green\"}]"
        )
    }

    @Test("load and unload are forbidden unless switched on", arguments: ["load", "unload"])
    func off(action: String) async throws {
        let control = RecordingControl()
        let responses = try await self.exchange(
            Self.post("/v2/repository/models/m/\(action)"),
            control: control,
            isOn: false
        )
        #expect(responses.statuses == [403])
        #expect(control.calls.isEmpty)
    }

    @Test("load goes to the slot that is not live or to the one named, unload to both, the live one last")
    func on() async throws {
        let control = RecordingControl()
        let responses = try await self.exchange(
            Self.post("/v2/repository/models/m/load"),
            Self.post("/v2/repository/models/m/unload"),
            Self.post("/v2/repository/models/m/load", "teal-slot: blue\r\n"),
            control: control,
            isOn: true
        )
        #expect(responses.statuses == [200, 200, 200])
        #expect(control.calls == ["load m green", "unload m green", "unload m blue", "load m blue"])
    }

    @Test("what the control plane refuses is told with its reason")
    func refused() async throws {
        let responses = try await self.exchange(
            Self.post("/v2/repository/models/x/load"),
            Self.post("/v2/repository/models/x/unload"),
            control: RecordingControl(),
            isOn: true
        )
        #expect(responses.statuses == [404, 404])
        #expect(responses.first?.body == "{\"error\":\"no model x: a; b\"}")
    }
}

/// A control plane that knows model `m` and writes down what it is asked to do.
private final class RecordingControl: ModelControl {
    private let recorded = Mutex<[String]>([])

    var calls: [String] { self.recorded.withLock { $0 } }

    private var model: ModelStatus {
        var blue = SlotStatus(slot: .blue, role: .live, state: "ready")
        blue.version = 1
        var green = SlotStatus(slot: .green, role: .none, state: "warming")
        green.version = 2
        return ModelStatus(model: "m", revision: 1, generation: 1, live: .blue, slots: [blue, green], draining: [])
    }

    func status() async -> [ModelStatus] { [self.model] }

    func status(of model: String) async throws(ControlError) -> ModelStatus {
        guard model == "m" else { throw ControlError(.notFound, "no model \(model)", details: ["a", "b"]) }
        return self.model
    }

    private func record(_ action: String, _ model: String, _ slot: Slot) async throws(ControlError) -> ActionReply {
        let status = try await self.status(of: model)
        self.recorded.withLock { $0.append("\(action) \(model) \(slot.rawValue)") }
        return ActionReply(action: action, audit: 1, status: status)
    }

    func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try await self.record("load", request.model, request.slot)
    }

    func unload(model: String, slot: Slot, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try await self.record("unload", model, slot)
    }

    func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not here")
    }

    func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not here")
    }

    func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not here")
    }
}
