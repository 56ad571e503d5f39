import NIOCore
import Promotion
import ServingCore
import Synchronization
import TealApp
import TestSupport
import Trials

/// A gateway of two models without inference: a `SlotServer` answers from the state that its control changes. Its gate
/// promotes version 2 and rejects version 3.
final class FakeGateway: DemoGateway, ModelControl {
    struct Fault: Error {}

    struct Model {
        var live = Slot.blue
        var versions: [Slot: Int] = [.blue: 1, .green: 2]
        var generation: UInt64 = 1
        var revision: Int64 = 1
    }

    private struct State {
        var models = ["alpha": Model(), "beta": Model()]
        var failsToStart = false
        var answersFromOldGeneration = false
        var refusesRequests = false
        var decisions: [Int: Verdict.Decision] = [2: .promote, 3: .reject]
        var isGateOpen = false
        var labels: Set<String> = []
        var refusesLabels = false
    }

    private let state = Mutex(State())
    private let server: Mutex<SlotServer?> = .init(nil)
    private let stopping = AsyncStream.makeStream(of: Void.self)

    // MARK: - What the test arranges

    func failToStart() { self.state.withLock { $0.failsToStart = true } }
    func answerFromOldGeneration() { self.state.withLock { $0.answersFromOldGeneration = true } }
    func refuseRequests() { self.state.withLock { $0.refusesRequests = true } }
    /// From now on the gate says `decision` about `version`.
    func decide(_ decision: Verdict.Decision, about version: Int) {
        self.state.withLock { $0.decisions[version] = decision }
    }
    /// Promotions need no verdict any more.
    func openGate() { self.state.withLock { $0.isGateOpen = true } }
    func refuseLabels() { self.state.withLock { $0.refusesLabels = true } }
    /// Ids of the requests whose label was told.
    var labels: Set<String> { self.state.withLock(\.labels) }
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

    var desk: any GateDesk { self }

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
        try self.change(request.model, "load") { $0.versions[request.slot] = request.version }
    }

    func unload(model: String, slot: Slot, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw ControlError(.invalidRequest, "not offered")
    }

    func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        let decision = self.state.withLock { state in
            state.isGateOpen ? .promote : state.models[model].flatMap { state.decisions[$0.candidate] }
        }
        guard decision == .promote else { throw ControlError(.gateReject, "the gate says no") }
        return try self.flip(model, "promote", context)
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
        var reply = try self.change(name, action) { model in
            model.live = model.live.other
            model.generation += 1
        }
        reply.cutoverMicroseconds = 250
        reply.drained = context.waitsForDrain
        return reply
    }

    private func change(
        _ name: String,
        _ action: String,
        _ body: (inout Model) -> Void
    ) throws(ControlError) -> ActionReply {
        let model: Model? = self.state.withLock { state in
            guard var model = state.models[name] else { return nil }
            body(&model)
            model.revision += 1
            state.models[name] = model
            return model
        }
        guard let model else { throw ControlError(.notFound, "no such model") }
        return ActionReply(action: action, audit: model.revision, status: Self.status(name, model))
    }

    private static func status(_ name: String, _ model: Model) -> ModelStatus {
        let slots = Slot.allCases.map { slot in
            var status = SlotStatus(slot: slot, role: slot == model.live ? .live : .standby, state: "ready")
            status.version = model.versions[slot]
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

extension FakeGateway: GateDesk {
    func current(model name: String) async throws(ControlError) -> GateDocument {
        let (model, decisions) = self.state.withLock { ($0.models[name], $0.decisions) }
        guard let model, let decision = decisions[model.candidate] else { throw ControlError(.notReady, "no trial") }
        var release = Release.sample()
        release.model = name
        release.live.version = model.versions[model.live] ?? 0
        release.candidate.version = model.candidate
        return GateDocument(
            GivenVerdict(
                verdict: .sample(decision, release: release),
                stored: decision == .hold ? nil : .sample(decision)
            )
        )
    }

    func report(model: String, release: Int64?) async throws(ControlError) -> ReleaseReport {
        try await FakeGateDesk().report(model: model, release: release)
    }

    func take(_ feedback: [Feedback], model: String) async throws(ControlError) -> FeedbackReply {
        let isRefused = self.state.withLock { state in
            for one in feedback { state.labels.insert(one.requestID) }
            return state.refusesLabels
        }
        guard !isRefused else { throw ControlError(.storeUnavailable, "the disk is full") }
        return FeedbackReply(accepted: feedback.count)
    }

    func verdicts(model: String, limit: Int) async throws(ControlError) -> VerdictsDocument {
        throw ControlError(.invalidRequest, "not offered")
    }

    func verdict(_ id: Int64) async throws(ControlError) -> VerdictDocument {
        throw ControlError(.invalidRequest, "not offered")
    }
}

extension FakeGateway.Model {
    var candidate: Int { self.versions[self.live.other] ?? 0 }
}
