import NIOCore
import ServingCore
import Synchronization
import TealApp
import TestSupport
import Trials

/// A gateway of two models without inference: a `SlotServer` answers from the state that its control changes.
final class FakeGateway: DemoGateway, ModelControl {
    struct Fault: Error {}

    struct Model {
        var live = Slot.blue
        var generation: UInt64 = 1
        var revision: Int64 = 1
    }

    private struct State {
        var models = ["alpha": Model(), "beta": Model()]
        var failsToStart = false
        var answersFromOldGeneration = false
        var refusesRequests = false
    }

    private let state = Mutex(State())
    private let server: Mutex<SlotServer?> = .init(nil)
    private let stopping = AsyncStream.makeStream(of: Void.self)

    // MARK: - What the test arranges

    func failToStart() { self.state.withLock { $0.failsToStart = true } }
    func answerFromOldGeneration() { self.state.withLock { $0.answersFromOldGeneration = true } }
    func refuseRequests() { self.state.withLock { $0.refusesRequests = true } }
    func serve(with server: SlotServer) { self.server.withLock { $0 = server } }

    func behaviour(_ request: SlotServer.Request) -> SlotServer.Behaviour {
        self.state.withLock { state in
            let name = String(request.path.split(separator: "/").dropFirst(2).first ?? "")
            guard let model = state.models[name] else { return .close }
            let generation = state.answersFromOldGeneration ? 1 : model.generation
            var answer = SlotServer.Answer(slot: model.live.rawValue, generation: generation)
            answer.status = state.refusesRequests ? 503 : 200
            // Green is always right, blue never.
            answer.body = #"{"outputs":[{"name":"label","data":[\#(model.live == .green ? 7 : 0)]}]}"#
            return .answer(answer)
        }
    }

    // MARK: - DemoGateway

    var inferenceAddress: SocketAddress { self.address }
    var adminAddress: SocketAddress { self.address }
    var control: any ModelControl { self }

    private var address: SocketAddress {
        guard let server = self.server.withLock({ $0 }) else { preconditionFailure("no server") }
        return server.address
    }

    func trials(of models: [String]) async -> [TrialDocument] { [] }

    func laws() async -> [DemoLaw] { [DemoLaw("one = one", holds: true)] }

    func run() async throws {
        if self.state.withLock({ $0.failsToStart }) { throw Fault() }
        for await _ in self.stopping.stream { return }
    }

    func waitUntilReady() async throws {
        guard self.state.withLock({ $0.failsToStart }) else { return }
        for await _ in AsyncStream<Void>.makeStream().stream {}
        throw CancellationError()
    }

    func shutDown() async { self.stopping.continuation.yield() }

    // MARK: - ModelControl

    func status() async -> [ModelStatus] {
        self.state.withLock { state in
            state.models.sorted { $0.key < $1.key }.map { Self.status($0.key, $0.value) }
        }
    }

    func status(of model: String) async throws(ControlError) -> ModelStatus {
        guard let found = await self.status().first(where: { $0.model == model }) else {
            throw ControlError(.notFound, "no such model")
        }
        return found
    }

    func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not offered")
    }

    func unload(model: String, slot: Slot, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not offered")
    }

    func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try self.flip(model, "promote", context)
    }

    func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        try self.flip(model, "rollback", context)
    }

    func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not offered")
    }

    private func flip(_ name: String, _ action: String, _ context: ActionContext) throws(ControlError) -> ActionReply {
        let model: Model? = self.state.withLock { state in
            guard var model = state.models[name] else { return nil }
            model.live = model.live.other
            model.generation += 1
            model.revision += 1
            state.models[name] = model
            return model
        }
        guard let model else { throw ControlError(.notFound, "no such model") }
        var reply = ActionReply(action: action, audit: model.revision, status: Self.status(name, model))
        reply.cutoverMicroseconds = 250
        reply.drained = context.waitsForDrain
        return reply
    }

    private static func status(_ name: String, _ model: Model) -> ModelStatus {
        let slots = Slot.allCases.map { slot in
            var status = SlotStatus(slot: slot, role: slot == model.live ? .live : .standby, state: "ready")
            status.version = slot == .blue ? 1 : 2
            status.metrics = ["accuracy": slot == .blue ? 0 : 1]
            return status
        }
        return ModelStatus(
            model: name,
            revision: model.revision,
            generation: model.generation,
            live: model.live,
            slots: slots,
            draining: []
        )
    }
}
