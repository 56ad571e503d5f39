package import ServingCore

/// What the surfaces ask of search. Errors say what is wrong with the question, or that there is nothing to search yet.
package protocol SemanticSearching: Sendable {
    /// Where questions should be read and answers written down, so that this too gives way to live answers.
    var taskExecutor: any TaskExecutor { get }

    func search(_ query: SearchQuery) async throws(ControlError) -> SearchDocument
    /// Nil: the newest release that has pairs.
    func slices(model: String, release: Int64?) async throws(ControlError) -> SlicesDocument
    /// The newest requests in two dimensions, at most 20,000.
    func map(model: String, release: Int64?) async throws(ControlError) -> MapDocument
    /// The newest pairs of a release with their vectors, at most `limit`, within `VectorArchive.limits`. One archive can be
    /// under way at a time.
    func archive(model: String, release: Int64?, limit: Int) async throws(ControlError) -> VectorArchive
    /// As they were within the last second.
    func figures() -> SearchFigures
}

/// What the engine has and does, by model.
package struct SearchFigures: Sendable, Codable, Equatable {
    package struct Model: Sendable, Codable, Equatable {
        package var pairs = 0
        /// Pairs without vectors yet, and the age of the oldest such pair in microseconds.
        package var backlog = 0
        package var lag: Int64 = 0
        /// Pairs that the sentence model is to embed and has not.
        package var sentenceBacklog = 0
        /// Distinct vectors, by space.
        package var vectors: [String: Int] = [:]
        package var bytes = 0

        package init() {}
    }

    package var models: [String: Model] = [:]

    package init() {}
}
