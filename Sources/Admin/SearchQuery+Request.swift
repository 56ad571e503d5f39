import SemanticSearch
import ServingCore

extension SearchQuery {
    static let fields: Set<String> = [
        "text", "pair", "vector", "in", "precision", "words", "limit", "release", "diverged", "divergence",
        "liveOutcome", "outcome", "slice", "segment", "since", "until",
    ]
    /// Characters of a text and values of a vector.
    static let subjectLimit = 65_536

    init(model: String, _ fields: BodyFields) throws(ControlError) {
        let field = try fields.choice("in", of: Field.allCases.map(\.rawValue)).flatMap(Field.init(rawValue:))
        self.init(model: model, subject: try Subject(fields), field: field ?? .requests)
        let precision = try fields.choice("precision", of: Precision.allCases.map(\.rawValue))
        self.precision = precision.flatMap(Precision.init(rawValue:)) ?? .auto
        self.usesWords = try fields.boolean("words") ?? true
        let limits = Int64(Self.limits.lowerBound)...Int64(Self.limits.upperBound)
        self.limit = try fields.integer("limit", in: limits).map(Int.init) ?? self.limit
        self.filter = try PairFilter(fields)
    }
}

extension SearchQuery.Subject {
    fileprivate init(_ fields: BodyFields) throws(ControlError) {
        guard ["text", "pair", "vector"].filter(fields.has).count == 1 else {
            throw ControlError(.invalidRequest, "give one of 'text', 'pair' and 'vector': what to look for")
        }
        if let pair = try fields.integer("pair", in: 1...Int64.max) {
            self = .pair(pair)
        } else if let vector = try fields.numbers("vector", limit: SearchQuery.subjectLimit) {
            self = .vector(vector)
        } else if let text = try fields.text("text", limit: SearchQuery.subjectLimit) {
            self = .text(text)
        } else {
            throw ControlError(.invalidRequest, "field 'text' is empty: write what to look for")
        }
    }
}

extension PairFilter {
    fileprivate init(_ fields: BodyFields) throws(ControlError) {
        self.init()
        self.release = try fields.integer("release", in: 1...Int64.max)
        self.divergedOnly = try fields.boolean("diverged") ?? false
        let divergence = try fields.range("divergence")
        self.leastDivergence = divergence?.lowerBound
        self.mostDivergence = divergence?.upperBound
        self.liveOutcome = try Self.outcome("liveOutcome", fields)
        self.candidateOutcome = try Self.outcome("outcome", fields)
        self.slice = try fields.text("slice", limit: 64)
        if let slice, !SliceID.isOne(slice) {
            throw ControlError(.invalidRequest, "field 'slice' must be \(SliceID.rule)")
        }
        self.segment = try fields.segment("segment")
        self.from = try fields.time("since")
        self.until = try fields.time("until")
        if let from, let until, from >= until {
            throw ControlError(.invalidRequest, "field 'since' must be earlier than 'until'")
        }
    }

    private static func outcome(_ name: String, _ fields: BodyFields) throws(ControlError) -> Leg.Outcome? {
        try fields.choice(name, of: Leg.Outcome.allCases.map(\.name)).flatMap(Leg.Outcome.init(name:))
    }
}

/// How slices are named.
package enum SliceID {
    package static let rule = "the 16 hexadecimal digits that `teal slices` shows"

    package static func isOne(_ text: String) -> Bool {
        text.utf8.count == 16
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
