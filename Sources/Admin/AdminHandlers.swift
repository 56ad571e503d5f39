import Hummingbird
import Logging
import NIOCore
import ServingCore

/// What each route does. Holds no state of its own.
struct AdminHandlers: Sendable {
    let control: any ModelControl
    let store: any ControlStore
    let info: AdminInfo
    let metrics: @Sendable () async -> String
    let readiness: @Sendable () async -> [String]
    let acknowledged: AdminCounter

    func router(gate: AdminGate) -> Router<AdminContext> {
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AnswerMiddleware())
        router.add(middleware: gate)
        for route in AdminRoute.allCases {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await self.respond(to: route, request, context)
            }
        }
        return router
    }

    private func respond(
        to route: AdminRoute,
        _ request: Request,
        _ context: AdminContext
    ) async throws -> Response {
        switch route {
        case .models: .json(ModelsDocument(models: await self.control.status()))
        case .model: .status(try await self.control.status(of: try context.model()))
        case .load, .unload, .promote, .rollback: try await self.act(route, request, context)
        case .audit: try await self.audit(request)
        case .info: .json(self.infoDocument)
        case .metrics: .bytes(ByteBuffer(string: await self.metrics()), .prometheus)
        case .live: .json(["live": true])
        case .ready: await self.ready()
        case .openAPI: .bytes(ByteBuffer(bytes: PackageResources.openapi_json), .json)
        }
    }

    private var infoDocument: InfoDocument {
        InfoDocument(
            name: self.info.name,
            version: self.info.version,
            onnxRuntime: self.info.onnxRuntimeVersion,
            started: Timestamp.iso8601(microseconds: self.info.startedAt),
            uptimeSeconds: self.info.uptimeSeconds
        )
    }

    private func ready() async -> Response {
        let reasons = await self.readiness()
        return .json(
            ReadinessDocument(ready: reasons.isEmpty, reasons: reasons),
            status: reasons.isEmpty ? .ok : .serviceUnavailable
        )
    }

    private func audit(_ request: Request) async throws -> Response {
        let query = try AuditQuery(parameters: request.uri.queryParameters.map { (String($0.key), String($0.value)) })
        let entries = try await self.store.audit(query)
        let next = entries.count == query.limit ? entries.last.map(\.id) : nil
        return .json(AuditDocument(entries: entries, next: next == 1 ? nil : next))
    }
}

extension AuditQuery {
    /// Strict: a misspelt filter must not silently show everything.
    init(parameters: [(String, String)]) throws(ControlError) {
        self.init()
        for (name, value) in parameters where !value.isEmpty {
            switch name {
            case "model":
                guard let model = ModelName(value) else {
                    throw ControlError(.invalidRequest, "parameter 'model' must be \(ModelName.rule)")
                }
                self.model = model.description
            case "before":
                guard let before = Int64(value), before > 0 else {
                    throw ControlError(.invalidRequest, "parameter 'before' must be a positive integer")
                }
                self.before = before
            case "limit":
                guard let limit = Int(value), (1...1000).contains(limit) else {
                    throw ControlError(.invalidRequest, "parameter 'limit' must be between 1 and 1000")
                }
                self.limit = limit
            default:
                throw ControlError(.invalidRequest, "unknown parameter; this route takes: before, limit, model")
            }
        }
    }
}

extension Response {
    /// A model's status with its revision as entity tag, ready for `If-Match`.
    static func status(_ status: ModelStatus) -> Response {
        var response = Response.json(status)
        response.headers.set("ETag", "\"\(status.revision)\"")
        return response
    }
}

extension AdminContext {
    /// The model named in the path.
    func model() throws(ControlError) -> String {
        guard let text = self.parameters.get("model"), let model = ModelName(text) else {
            throw ControlError(.invalidRequest, "path parameter 'model' must be \(ModelName.rule)")
        }
        return model.description
    }

    /// The slot named in the path.
    func slot() throws(ControlError) -> Slot {
        guard let slot = self.parameters.get("slot").flatMap(Slot.init(rawValue:)) else {
            throw ControlError(.invalidRequest, "path parameter 'slot' must be blue or green")
        }
        return slot
    }
}
