import Hummingbird
import NIOCore
import SemanticSearch
import ServingCore

extension AdminHandlers {
    /// The routes that look for meaning: search, slices, map, vectors.
    func find(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        let model = try context.model()
        guard let search else {
            throw AdminFailure(
                .serviceUnavailable,
                ControlError.Code.notReady.rawValue,
                "search is switched off; `search.enabled: true` in the configuration turns it on"
            )
        }
        do {
            return route == .search
                ? try await self.find(model, request, search) : try await self.show(route, model, request, search)
        } catch let error as ControlError where error.code == .notFound {
            try await self.checkKnown(model)
            throw error
        }
    }

    private func find(
        _ model: String,
        _ request: Request,
        _ search: any SemanticSearching
    ) async throws -> Response {
        let fields = try BodyFields.parse(try await self.body(of: request), allowed: SearchQuery.fields)
        return .json(try await search.search(try SearchQuery(model: model, fields)))
    }

    private func show(
        _ route: AdminRoute,
        _ model: String,
        _ request: Request,
        _ search: any SemanticSearching
    ) async throws -> Response {
        let fields = try QueryFields(request, allowed: route == .vectors ? ["release", "limit"] : ["release"])
        let release = try fields.id("release")
        switch route {
        case .slices: return .json(try await search.slices(model: model, release: release))
        case .map: return .json(try await search.map(model: model, release: release))
        case .vectors:
            let limit = try fields.limit(default: VectorsPage.standard, atMost: VectorsPage.most)
            let archive = try await search.vectors(model: model, release: release, limit: limit)
            var response = Response.bytes(ByteBuffer(bytes: archive), .binary)
            let name = ([model, "vectors"] + (release.map { ["\($0)"] } ?? [])).joined(separator: "-")
            response.headers.set("Content-Disposition", "attachment; filename=\"\(name).npz\"")
            return response
        default: throw AdminFailure(.notFound, "not_found", "no such route")
        }
    }
}

/// How many pairs there may be in one archive of vectors.
package enum VectorsPage {
    package static let standard = 10_000
    package static let most: Int64 = 100_000
}
