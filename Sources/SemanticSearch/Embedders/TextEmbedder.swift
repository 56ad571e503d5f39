/// Turns texts into vectors. Calls block for as long as it takes; several threads may call at once.
package protocol TextEmbedder: Sendable {
    var identity: EmbedderIdentity { get }

    /// One unit vector of `identity.dimension` values a text, row by row in the order of the texts. A text without a single
    /// token (empty, white space, control characters only), or for which the model gives no numbers, has no meaning to
    /// compare: its row is all zeros.
    func embed(_ texts: [String]) throws(EmbeddingError) -> [Float]

    /// The same for texts that are looked for among embedded ones: some models want to be told.
    func embedQueries(_ texts: [String]) throws(EmbeddingError) -> [Float]
}

extension TextEmbedder {
    package func embedQueries(_ texts: [String]) throws(EmbeddingError) -> [Float] { try self.embed(texts) }
}

/// Why texts have no vectors; `description` is one sentence.
package struct EmbeddingError: Error, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) {
        self.description = description
    }
}
