package import ServingCore

/// A `ModelControl` that records what it is asked and answers what it is told: canned statuses, or an error.
package actor FakeModelControl: ModelControl {
    package enum Call: Sendable, Equatable {
        case load(LoadRequest, ActionContext)
        case unload(String, Slot, ActionContext)
        case promote(String, ActionContext)
        case rollback(String, ActionContext)
        case traffic(String, TrafficChange, ActionContext)
    }

    package private(set) var calls: [Call] = []
    private var models: [ModelStatus]
    private var failure: ControlError?
    private var isReplay = false
    private var audit: Int64 = 0

    package init(models: [ModelStatus] = [.sample()]) {
        self.models = models
    }

    /// From now on every call throws `failure`; nil heals.
    package func fail(with failure: ControlError?) { self.failure = failure }

    /// From now on replies are marked as repetitions.
    package func replay(_ isReplay: Bool) { self.isReplay = isReplay }

    package func status() async -> [ModelStatus] { self.models }

    package func status(of model: String) async throws(ControlError) -> ModelStatus { try self.find(model) }

    package func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        self.calls.append(.load(request, context))
        return try self.reply("load", request.model)
    }

    package func unload(
        model: String,
        slot: Slot,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        self.calls.append(.unload(model, slot, context))
        return try self.reply("unload", model)
    }

    package func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        self.calls.append(.promote(model, context))
        return try self.reply("promote", model)
    }

    package func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        self.calls.append(.rollback(model, context))
        return try self.reply("rollback", model)
    }

    package func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        if let problem = change.problem { throw ControlError(.invalidRequest, problem) }
        self.calls.append(.traffic(model, change, context))
        return try self.reply("traffic", model)
    }

    private func find(_ model: String) throws(ControlError) -> ModelStatus {
        if let failure { throw failure }
        guard let status = self.models.first(where: { $0.model == model }) else {
            throw ControlError(.notFound, "no model '\(model)'")
        }
        return status
    }

    private func reply(_ action: String, _ model: String) throws(ControlError) -> ActionReply {
        let status = try self.find(model)
        self.audit += 1
        var reply = ActionReply(action: action, audit: self.audit, status: status)
        reply.replayed = self.isReplay
        if action == "promote" || action == "rollback" {
            reply.cutoverMicroseconds = 312.5
            reply.drained = true
        }
        return reply
    }
}

extension ModelStatus {
    /// Two ready slots, blue live with version 1, green the candidate with version 2.
    package static func sample(_ model: String = "digits", revision: Int64 = 12) -> ModelStatus {
        var blue = SlotStatus(slot: .blue, role: .live, state: "ready")
        blue.version = 1
        blue.source = model
        blue.digest = String(repeating: "0123456789abcdef", count: 4)
        blue.execution = "inline"
        blue.warmupMicroseconds = 7.25
        blue.description = "logistic regression"
        blue.metrics = ["accuracy": 0.9512]
        var green = SlotStatus(slot: .green, role: .candidate, state: "ready")
        green.version = 2
        green.source = model
        return ModelStatus(
            model: model,
            revision: revision,
            generation: 31,
            live: .blue,
            slots: [blue, green],
            draining: []
        )
    }
}
