import Foundation
import SemanticSearch
import ServingCore

/// Search that answers with what it was given, and fails where it was given nothing.
struct GivenSearch: SemanticSearching {
    var document: SlicesDocument?
    var places: RequestMap?

    private static let failure = ControlError(.notReady, "there is nothing to search yet")

    func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument {
        guard let document = self.document else { throw Self.failure }
        return document
    }

    func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument {
        guard let places = self.places, let document = Self.document(model, release, places) else { throw Self.failure }
        return document
    }

    private static func document(_ model: String, _ release: Int64?, _ map: RequestMap) -> MapDocument? {
        struct Parts: Encodable {
            var model: String
            var release: Int64
            var map: RequestMap
        }
        let parts = Parts(model: model, release: release ?? 0, map: map)
        return try? JSONDecoder().decode(MapDocument.self, from: JSONEncoder().encode(parts))
    }

    func search(_ query: SearchQuery) async throws(ControlError) -> SearchDocument { throw Self.failure }
    func vectors(model: String, release: Int64?, limit: Int) async throws(ControlError) -> [UInt8] {
        throw Self.failure
    }
    func figures() -> SearchFigures { SearchFigures() }
}
