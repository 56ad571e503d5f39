/// The vectors of some texts, each distinct one embedded once, or taken from the cache.
struct TextVectors {
    private var vectors: [UInt64: [Float]] = [:]

    init(
        _ texts: [String?],
        by embedder: any TextEmbedder,
        _ hash: ContentHash,
        _ cache: inout VectorCache
    ) throws(EmbeddingError) {
        var missing: [(content: UInt64, text: String)] = []
        for text in texts {
            guard let text, case let content = hash.of(text), self.vectors[content] == nil else { continue }
            if let vector = cache[content] {
                self.vectors[content] = vector
            } else {
                self.vectors[content] = []
                missing.append((content, text))
            }
        }
        guard !missing.isEmpty else { return }
        let rows = try embedder.embed(missing.map(\.text))
        let dimension = embedder.identity.dimension
        guard rows.count == missing.count * dimension else {
            throw EmbeddingError("\(rows.count) values came for \(missing.count) vectors of \(dimension)")
        }
        for (place, item) in missing.enumerated() {
            let vector = Array(rows[(place * dimension)..<((place + 1) * dimension)])
            self.vectors[item.content] = vector
            cache.insert(vector, for: item.content)
        }
    }

    var count: Int { self.vectors.count }

    /// By `ContentHash.of` the text.
    subscript(content: UInt64) -> [Float]? { self.vectors[content] }
}
