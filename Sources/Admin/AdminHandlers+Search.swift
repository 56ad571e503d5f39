import Hummingbird
import NIOCore
import SemanticSearch
import ServingCore

extension AdminHandlers {
    /// The routes that look for meaning: search, slices, map, vectors.
    func find(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        let model = try context.model()
        let search = try self.search.get()
        do {
            return try await withTaskExecutorPreference(search.taskExecutor) {
                route == .search
                    ? try await self.find(model, request, search) : try await self.show(route, model, request, search)
            }
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
            let limit = try fields.limit(
                default: VectorArchive.standard,
                atMost: Int64(VectorArchive.limits.upperBound)
            )
            return .archive(try await search.archive(model: model, release: release, limit: limit), of: model)
        default: throw AdminFailure(.notFound, "not_found", "no such route")
        }
    }
}

extension Response {
    /// A file that is made while it is sent: a part at a time is held.
    fileprivate static func archive(_ archive: VectorArchive, of model: String) -> Response {
        let body = ResponseBody { writer in
            while let part = try await archive.next() { try await writer.write(ByteBuffer(bytes: part)) }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok, headers: [.contentType: MediaType.binary.rawValue], body: body)
        response.headers.set(
            "Content-Disposition",
            "attachment; filename=\"\(model)-vectors-\(archive.release).npz\""
        )
        response.headers.set(VectorsHeader.pairs, "\(archive.pairs)")
        response.headers.set(VectorsHeader.release, "\(archive.release)")
        return response
    }
}

/// What the answer of `GET .../vectors` says about itself beside the archive.
enum VectorsHeader {
    /// How many pairs it has, and of which release they are.
    static let pairs = "teal-pairs"
    static let release = "teal-release"
}
