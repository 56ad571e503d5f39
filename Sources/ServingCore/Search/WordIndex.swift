/// Which pairs have which words: a cache of what is kept, begun anew when it is lost. The writing calls return when what
/// they did can be found.
package protocol WordIndex: Sendable {
    /// Of the index that is open, the same until it is begun anew: whoever remembers another one has to add everything
    /// again.
    var mark: String { get }

    /// Makes texts of the model's pairs findable, the first `WordEntry.limit` bytes of each. Entries of a pair that is there
    /// already take the place of all it had: those of one pair come together.
    func add(_ entries: [WordEntry], model: String) async throws(StoreError)

    /// From now on the model's pairs with ids below `id` are not found. True while the index's files may hold words of
    /// pairs that were removed, now or earlier: until `compact`.
    func removePairs(of model: String, before id: Int64) async throws(StoreError) -> Bool

    /// Makes what was removed unreadable: after it no word that only removed pairs had is left in the index's files.
    /// Costs a rewrite of those parts from which something was removed.
    func compact() async throws(StoreError)

    /// The model's pairs that have all the query's words in one of `fields`, best first, at most `limit` (1 to 1,000).
    ///
    /// Words are compared without regard to case and accents; what stands in double quotes is a phrase, and the last word,
    /// unless quoted, may go on. A query without any word finds nothing. Of words that very many pairs have, the best of the
    /// newest ones are given.
    func search(
        _ query: String,
        model: String,
        fields: Set<WordField>,
        limit: Int
    ) async throws(StoreError) -> [WordMatch]

    /// Models of which there are words, or of which `compact` has not taken out the last ones yet.
    func models() async throws(StoreError) -> [String]

    /// Waits for what is running; what comes later throws.
    func close() async
}

package enum WordField: String, Sendable, CaseIterable {
    case request, live, candidate
}

/// One text of one pair.
package struct WordEntry: Sendable, Equatable {
    /// Bytes of a text that are indexed.
    package static let limit = 16_384

    /// `Pair.id`.
    package var id: Int64
    package var field: WordField
    package var text: String

    package init(id: Int64, field: WordField, text: String) {
        self.id = id
        self.field = field
        self.text = text
    }
}

package struct WordMatch: Sendable, Equatable {
    package var id: Int64
    /// BM25 within the part of the index the pair lies in; the larger the better. For ranking, not for comparing queries.
    package var score: Double

    package init(id: Int64, score: Double) {
        self.id = id
        self.score = score
    }
}
