import Comparison

/// A vector a token, summed over a text: a few microseconds a text. Less exact than a model that reads whole sentences; its
/// use is to compare every pair and to rank what such a model embeds then.
package struct StaticEmbedder: TextEmbedder {
    package let identity: EmbedderIdentity
    private let tokenizer: WordPieceTokenizer
    private let table: StaticTable

    /// - Parameter bytes: a file as `embedders/train.py` writes it; all of it is checked.
    package init(contentsOf bytes: [UInt8]) throws(EmbedderFileError) {
        let table = try StaticTable(bytes)
        do {
            self.tokenizer = try WordPieceTokenizer(vocabulary: table.vocabulary)
        } catch {
            throw EmbedderFileError("the static embedder's file cannot be used: \(error)")
        }
        guard self.tokenizer.count == table.count else {
            throw EmbedderFileError(
                "the static embedder's file has \(table.count) rows for a vocabulary of \(self.tokenizer.count)"
            )
        }
        self.table = table
        self.identity = EmbedderIdentity(name: "static-en", digest: table.digest, dimension: table.dimension)
    }

    package func embed(_ texts: [String]) -> [Float] {
        let dimension = self.table.dimension
        var vectors = [Float](repeating: 0, count: texts.count * dimension)
        var ids: [Int32] = []
        vectors.withUnsafeMutableBufferPointer { vectors in
            for (row, text) in texts.enumerated() {
                ids.removeAll(keepingCapacity: true)
                self.tokenizer.encode(text, limit: self.table.maximumTokens, into: &ids)
                let target = vectors[row * dimension..<(row + 1) * dimension]
                self.table.write(ids, to: UnsafeMutableBufferPointer(rebasing: target))
            }
        }
        return vectors
    }
}

extension StaticEmbedder: TextMeaning {
    package var mark: String { "\(self.identity.name)-\(self.identity.digest)" }

    package func vector(of text: UnsafeRawBufferPointer) -> [Float]? {
        let vector = self.embed([String(decoding: text, as: UTF8.self)])
        return vector.contains { $0 != 0 } ? vector : nil
    }
}
