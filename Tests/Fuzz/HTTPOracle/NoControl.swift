package import ServingCore

/// A control plane that knows no model.
package struct NoControl: ModelControl {
    package init() {}

    package func status() async -> [ModelStatus] { [] }

    package func status(of model: String) async throws(ControlError) -> ModelStatus { throw Self.unknown }

    package func load(_ request: LoadRequest, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw Self.unknown
    }

    package func unload(
        model: String,
        slot: Slot,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        throw Self.unknown
    }

    package func promote(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw Self.unknown
    }

    package func rollback(model: String, _ context: ActionContext) async throws(ControlError) -> ActionReply {
        throw Self.unknown
    }

    package func setTraffic(
        _ change: TrafficChange,
        model: String,
        _ context: ActionContext
    ) async throws(ControlError) -> ActionReply {
        throw Self.unknown
    }

    private static let unknown = ControlError(.notFound, "no such model")
}
