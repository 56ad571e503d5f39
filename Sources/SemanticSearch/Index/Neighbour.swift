/// A stored vector that a search found.
package struct Neighbour: Sendable, Equatable {
    package var key: UInt32
    /// Cosine, in -1...1.
    package var similarity: Float

    package init(key: UInt32, similarity: Float) {
        self.key = key
        self.similarity = similarity
    }

    /// The order of results: more similar first, then lower key.
    static func isBetter(_ one: Neighbour, _ other: Neighbour) -> Bool {
        one.similarity != other.similarity ? one.similarity > other.similarity : one.key < other.key
    }
}
