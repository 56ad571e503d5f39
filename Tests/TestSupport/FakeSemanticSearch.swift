package import SemanticSearch
package import ServingCore
import Synchronization

/// A `SemanticSearching` that records what it is asked and answers with samples; it knows model `digits` alone.
package final class FakeSemanticSearch: SemanticSearching {
    package enum Call: Sendable, Equatable {
        case search(SearchQuery)
        case slices(String, Int64?)
        case map(String, Int64?)
        case archive(String, Int64?, Int)
    }

    private struct State {
        var calls: [Call] = []
        var failure: ControlError?
    }

    package let taskExecutor: any TaskExecutor = globalConcurrentExecutor
    private let state = Mutex(State())
    private let document: SlicesDocument?
    private let requests: RequestMap?
    private let before: @Sendable (Call) async -> Void

    /// What `archive` gives, in two parts; the beginning of a ZIP file, and bytes that are no text.
    package static let archive: [UInt8] = [0x50, 0x4B, 3, 4, 0, 0xFF, 0xFE, 0x0A, 0x1B]

    /// - Parameters:
    ///   - slices: nil: there is nothing to answer yet, as for `map`.
    ///   - before: what each call does before it answers.
    package init(
        slices: SlicesDocument? = .sample(),
        map: RequestMap? = .sample(points: 3),
        before: @escaping @Sendable (Call) async -> Void = { _ in }
    ) {
        self.document = slices
        self.requests = map
        self.before = before
    }

    package var calls: [Call] { self.state.withLock { $0.calls } }

    /// From now on every call throws `failure`; nil heals.
    package func fail(with failure: ControlError?) { self.state.withLock { $0.failure = failure } }

    package func search(_ query: SearchQuery) async throws(ControlError) -> SearchDocument {
        try await self.note(.search(query), query.model)
        return .sample()
    }

    package func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument {
        try await self.note(.slices(model, release), model)
        guard let document else { throw Self.nothingYet }
        return document
    }

    package func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument {
        try await self.note(.map(model, release), model)
        guard let requests else { throw Self.nothingYet }
        return MapDocument(model: model, release: release ?? Release.sample().id, map: requests)
    }

    package func archive(model: String, release: Int64?, limit: Int) async throws(ControlError) -> VectorArchive {
        try await self.note(.archive(model, release, limit), model)
        let parts = Mutex([Array(Self.archive[..<4]), Array(Self.archive[4...])])
        return VectorArchive(release: release ?? Release.sample().id, pairs: 7) {
            parts.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
    }

    package func figures() -> SearchFigures { SearchFigures() }

    private static let nothingYet = ControlError(.notReady, "there is nothing to search yet")

    private func note(_ call: Call, _ model: String) async throws(ControlError) {
        let failure = self.state.withLock { state in
            state.calls.append(call)
            return state.failure
        }
        await self.before(call)
        if let failure { throw failure }
        guard model == "digits" else { throw ControlError(.notFound, "no pairs of model `\(model)` are kept") }
    }
}
