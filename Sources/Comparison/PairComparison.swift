/// What comparing one pair showed: live against candidate, and live against live asked again.
package struct PairComparison: Sendable, Equatable {
    /// In the order of the plan; empty unless both legs answered.
    package var outputs: [OutputComparison]
    /// Nil unless the live version was asked again and both of its legs answered.
    package var noise: [OutputComparison]?

    package init(outputs: [OutputComparison], noise: [OutputComparison]? = nil) {
        self.outputs = outputs
        self.noise = noise
    }
}

/// How far two answers lie apart in one output.
package struct OutputComparison: Sendable, Equatable {
    package var name: String
    /// Distance in 0...1 by the comparator chosen for this output; 1 when one side lacks the output.
    package var divergence: Double
    /// The distance lies outside what the comparator counts as equal.
    package var diverged: Bool
    /// The two answers name different classes; nil for outputs that name none.
    package var flip: Bool?
    /// The classes named, for the confusion table; nil for outputs that name none.
    package var liveClass: String?
    package var candidateClass: String?
    /// Candidate minus live, in the output's own unit, averaged over its elements; regression only.
    package var signedError: Double?
    /// Further figures by name, e.g. `jsd`, `top_k_overlap`, `cosine`, `edit_distance`, `max_ulp`, and each `TextGuard`.
    package var details: [String: Double]
    /// Differences inside a JSON text, at most 32.
    package var fields: [FieldDifference]
    /// The output is missing on one side, or has another datatype or shape there; the sentence says which.
    package var structure: String?

    package init(name: String, divergence: Double, diverged: Bool) {
        self.name = name
        self.divergence = divergence
        self.diverged = diverged
        self.details = [:]
        self.fields = []
    }
}

/// One place where two JSON texts differ.
package struct FieldDifference: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case missing, extra, type, value, length, order
    }

    /// Indices are written `[*]`, so that the same place in all items of a list is one field.
    package var path: String
    package var kind: Kind
    /// As JSON, cut to 128 characters.
    package var live: String?
    package var candidate: String?

    package init(path: String, kind: Kind, live: String? = nil, candidate: String? = nil) {
        self.path = path
        self.kind = kind
        self.live = live
        self.candidate = candidate
    }
}
