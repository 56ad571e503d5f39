import Hummingbird
import Logging
import NIOCore
import Promotion
import SemanticSearch
import ServingCore
import Trials

/// What each route does. Holds no state of its own.
struct AdminHandlers: Sendable {
    let control: any ModelControl
    let store: any ControlStore
    let trials: any TrialReading
    let desk: any GateDesk
    let search: Result<any SemanticSearching, SearchUnavailable>
    let info: AdminInfo
    let metrics: @Sendable () async -> String
    let readiness: @Sendable () async -> [String]
    let acknowledged: AdminCounter
    let feed: LiveFeed

    func router(gate: AdminGate) -> Router<AdminContext> {
        let router = Router(context: AdminContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AnswerMiddleware())
        router.add(middleware: gate)
        for route in AdminRoute.allCases {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await self.respond(to: route, request, context)
            }
        }
        router.addDashboard()
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
        case .load, .unload, .promote, .rollback, .traffic: try await self.act(route, request, context)
        case .releases, .trial, .comparators, .pairs, .pair, .requests:
            try await self.show(route, request, context)
        case .search, .slices, .map, .vectors: try await self.find(route, request, context)
        case .gate, .gateHook, .verdicts, .verdict, .report, .feedback:
            try await self.judge(route, request, context)
        case .audit: try await self.audit(request)
        case .events: try self.follow()
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
        let fields = try QueryFields(request, allowed: ["model", "before", "limit"])
        let query = AuditQuery(
            model: try fields.modelName("model"),
            before: try fields.id("before"),
            limit: try fields.limit()
        )
        let entries = try await self.store.audit(query)
        let next = entries.count == query.limit ? entries.last.map(\.id) : nil
        return .json(AuditDocument(entries: entries, next: next == 1 ? nil : next))
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
