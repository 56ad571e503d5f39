import Hummingbird
import Logging
import NIOCore
import ServingCore

extension AdminHandlers {
    /// The routes that change what is served or mirrored.
    func act(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        let model = try context.model()
        let fields = try BodyFields.parse(try await self.body(of: request), allowed: route.fields)
        let action = try ActionContext(request, fields)
        let reply: ActionReply
        var status = HTTPResponse.Status.ok
        switch route {
        case .load:
            let load = try LoadRequest(model: model, slot: try context.slot(), fields)
            if !load.waits { status = .accepted }
            reply = try await self.control.load(load, action)
        case .unload: reply = try await self.control.unload(model: model, slot: try context.slot(), action)
        case .promote: reply = try await self.control.promote(model: model, action)
        case .rollback: reply = try await self.control.rollback(model: model, action)
        case .traffic:
            let change = TrafficChange(
                shadow: try fields.share("shadow"),
                noise: try fields.share("noise"),
                resets: try fields.boolean("reset") ?? false
            )
            reply = try await self.control.setTraffic(change, model: model, action)
        default: throw AdminFailure(.notFound, "not_found", "no such route")
        }
        if !reply.replayed { self.acknowledged.increment() }
        context.logger.info(
            "admin action acknowledged",
            metadata: [
                "action": "\(reply.action)", "model": "\(model)", "actor": "\(action.actor)",
                "audit": "\(reply.audit)", "revision": "\(reply.status.revision)", "replayed": "\(reply.replayed)",
            ]
        )
        var response = Response.json(reply, status: status)
        response.headers.set("ETag", "\"\(reply.status.revision)\"")
        return response
    }

    private func body(of request: Request) async throws -> ByteBuffer {
        let body = request.body
        return try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await body.collect(upTo: RequestBodyLimits.bytes) }
            group.addTask {
                try await Task.sleep(for: RequestBodyLimits.time)
                throw AdminFailure(.requestTimeout, "timeout", "the body did not arrive in time")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ByteBuffer()
        }
    }
}

extension AdminRoute {
    /// Body fields the route takes.
    fileprivate var fields: Set<String> {
        switch self {
        case .load: ["source", "version", "wait", "force", "reason", "revision"]
        case .unload: ["reason", "revision"]
        case .promote: ["reason", "revision", "force", "waitForDrain"]
        case .rollback: ["reason", "revision", "waitForDrain"]
        case .traffic: ["shadow", "noise", "reset", "reason", "revision"]
        default: []
        }
    }
}

extension LoadRequest {
    fileprivate init(model: String, slot: Slot, _ fields: BodyFields) throws(ControlError) {
        self.init(model: model, slot: slot, waits: try fields.boolean("wait") ?? true)
        self.version = try fields.integer("version", in: 1...Int64(Int32.max)).map(Int.init)
        guard let source = try fields.text("source", limit: 512) else { return }
        // A source is looked up below the model repository; names by this rule cannot climb out of it.
        let parts = source.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ ModelName($0) != nil }) else {
            throw ControlError(
                .invalidRequest,
                "field 'source' must be a folder inside the model repository, each part \(ModelName.rule)"
            )
        }
        self.source = source
    }
}
