/// Which space of a model's collection.
struct SpaceName: Hashable, Sendable, Comparable {
    /// By what contents are compared.
    enum Kind: String, Sendable, CaseIterable {
        /// Texts, by the static embedder: every pair.
        case text
        /// Texts, by the sentence model: a sample and the most divergent pairs.
        case sentence
        /// Numbers, by a tensor embedder: every pair.
        case numbers
    }

    var field: SearchQuery.Field
    var kind: Kind

    init(_ field: SearchQuery.Field, _ kind: Kind) {
        self.field = field
        self.kind = kind
    }

    /// Also the name of the space's folder.
    var text: String { "\(self.field.rawValue)-\(self.kind.rawValue)" }

    init?(text: String) {
        guard let name = Self.all.first(where: { $0.text == text }) else { return nil }
        self = name
    }

    static let all = SearchQuery.Field.allCases.flatMap { field in Kind.allCases.map { Self(field, $0) } }

    static func < (one: Self, other: Self) -> Bool { one.text < other.text }
}
