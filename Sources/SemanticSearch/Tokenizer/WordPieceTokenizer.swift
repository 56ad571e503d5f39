import Crypto

/// BERT's WordPiece tokenizer for uncased models. Ids are those of HuggingFace's `tokenizers` with `BertNormalizer` and
/// `BertPreTokenizer`, with one difference: a literal `[SEP]` or other special token in a text is text.
package struct WordPieceTokenizer: Sendable {
    /// The first 16 hexadecimal digits of the vocabulary's SHA-256.
    package let digest: String
    private let vocabulary: WordPieceVocabulary

    /// Tokens in the vocabulary; ids are below it.
    package var count: Int { self.vocabulary.count }
    /// Fills up the rows of a batch.
    package var padding: Int32 { self.vocabulary.padding }

    /// - Parameter vocabulary: the contents of a `vocab.txt`: one token a line, `[UNK]`, `[CLS]` and `[SEP]` among them.
    package init(vocabulary: [UInt8]) throws(VocabularyError) {
        self.vocabulary = try WordPieceVocabulary(vocabulary)
        self.digest = SHA256.shortDigest(of: [vocabulary])
    }

    /// Appends the ids of `text` without special tokens, at most `limit`; none for a text of white space and controls only.
    /// Reads no further than the word that reaches the limit.
    package func encode(_ text: String, limit: Int, into ids: inout [Int32]) {
        guard limit > 0 else { return }
        let (sum, overflow) = ids.count.addingReportingOverflow(limit)
        var text = text
        text.withUTF8 { bytes in self.encode(bytes, until: overflow ? Int.max : sum, into: &ids) }
    }

    /// Appends `[CLS]`, the ids of `text` and `[SEP]`: `maximum` ids at most, and always these two.
    package func encodeWithSpecials(_ text: String, maximum: Int = 256, into ids: inout [Int32]) {
        ids.append(self.vocabulary.start)
        self.encode(text, limit: max(2, maximum) - 2, into: &ids)
        ids.append(self.vocabulary.end)
    }

    private func encode(_ bytes: UnsafeBufferPointer<UInt8>, until limit: Int, into ids: inout [Int32]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: WordScanner.wordCapacity) { word in
            var taken: [Int32] = []
            swap(&taken, &ids)
            var scanner = WordScanner(vocabulary: self.vocabulary, word: word, ids: taken, limit: limit)
            scanner.scan(bytes)
            ids = scanner.ids
        }
    }
}
