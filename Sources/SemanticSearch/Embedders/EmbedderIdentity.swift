/// Which embedder made a vector. Vectors of two identities are never compared.
package struct EmbedderIdentity: Sendable, Hashable, Codable {
    /// For people, e.g. `minilm`.
    package var name: String
    /// Of everything a vector depends on: weights, vocabulary, pooling, the longest text. 16 lower-case hexadecimal digits.
    package var digest: String
    /// Values in a vector.
    package var dimension: Int

    package init(name: String, digest: String, dimension: Int) {
        self.name = name
        self.digest = digest
        self.dimension = dimension
    }
}
