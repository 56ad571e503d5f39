/// A word or a number of a text.
struct TextWord: Equatable {
    enum Kind: Equatable {
        case plain
        /// Begins with a capital, and no sentence with it.
        case capitalised
        /// With a digit, an underscore or a capital inside.
        case identifier
        case number
    }

    /// Of the word in lower case; of a number, of its value.
    var hash: UInt64
    var kind: Kind
    /// It ends on `n't`.
    var isContractedNot = false
}

/// Words that deny, in English.
enum NegationWords {
    private static let hashes: Set<UInt64> = [
        TextHash.of("not"), TextHash.of("no"), TextHash.of("never"), TextHash.of("none"), TextHash.of("nobody"),
        TextHash.of("nothing"), TextHash.of("nowhere"), TextHash.of("neither"), TextHash.of("nor"),
        TextHash.of("without"), TextHash.of("cannot"),
    ]

    static func contains(_ word: TextWord) -> Bool { word.isContractedNot || Self.hashes.contains(word.hash) }
}
