import Hummingbird
import NIOCore
import ServingCore
import Trials

extension AdminHandlers {
    /// The routes that show trials and their pairs.
    func show(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        let model = try context.model()
        let fields = try QueryFields(request, allowed: route.parameters)
        do {
            return try await self.show(route, model, fields, context)
        } catch let error as ControlError where error.code == .notFound {
            try await self.checkKnown(model)
            throw error
        }
    }

    private func show(
        _ route: AdminRoute,
        _ model: String,
        _ fields: QueryFields,
        _ context: AdminContext
    ) async throws -> Response {
        switch route {
        case .releases:
            let document = try await self.trials.releases(model: model, limit: try fields.limit())
            if document.releases.isEmpty { try await self.checkKnown(model) }
            return .json(document)
        case .trial:
            return .json(try await self.trials.trial(model: model, release: try fields.id("release")))
        case .comparators:
            let trial = try await self.trials.trial(model: model, release: try fields.id("release"))
            return .json(ComparatorsDocument(release: trial.release, outputs: trial.outputs.map(\.plan)))
        case .pairs:
            let document = try await self.trials.pairs(try PairQuery(model: model, fields))
            if document.pairs.isEmpty { try await self.checkKnown(model) }
            return .json(document)
        case .pair:
            return .json(try await self.trials.pair(model: model, id: try context.identifier()))
        case .requests:
            return try await self.requests(model, fields)
        default: throw AdminFailure(.notFound, "not_found", "no such route")
        }
    }

    private func requests(_ model: String, _ fields: QueryFields) async throws -> Response {
        let page = try await self.trials.requests(
            model: model,
            release: try fields.id("release"),
            after: try fields.integer("after", in: 0...Int64.max) ?? 0,
            limit: try fields.limit(default: 100)
        )
        if page.lines.isEmpty, page.skipped == 0 { try await self.checkKnown(model) }
        var body = ByteBuffer()
        for line in page.lines {
            body.writeString(line)
            body.writeInteger(UInt8(ascii: "\n"))
        }
        var response = Response.bytes(body, .lines)
        if let next = page.next { response.headers.set(RequestsHeader.next, "\(next)") }
        response.headers.set(RequestsHeader.skipped, "\(page.skipped)")
        return response
    }

    /// Nothing to show is an answer for a model that is served, or else a mistake in its name.
    func checkKnown(_ model: String) async throws(ControlError) {
        _ = try await self.control.status(of: model)
    }
}

/// What the answer of `GET .../requests` says about itself beside its lines.
enum RequestsHeader {
    /// The `after` of the following page; absent on the last.
    static let next = "teal-next"
    /// Pairs of this page of which no readable request is kept.
    static let skipped = "teal-skipped"
}

extension AdminRoute {
    /// Query parameters the route takes.
    fileprivate var parameters: Set<String> {
        switch self {
        case .releases: ["limit"]
        case .trial, .comparators: ["release"]
        case .pairs: PairQuery.parameters
        case .requests: ["release", "after", "limit"]
        default: []
        }
    }
}

extension AdminContext {
    /// The number in the path.
    func identifier() throws(ControlError) -> Int64 {
        guard let id = self.parameters.get("id").flatMap({ Int64($0) }), id > 0 else {
            throw ControlError(.invalidRequest, "path parameter 'id' must be a positive integer")
        }
        return id
    }
}
