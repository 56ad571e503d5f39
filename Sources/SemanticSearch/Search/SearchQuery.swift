/// What to look for, and where.
package struct SearchQuery: Sendable, Equatable {
    package enum Subject: Sendable, Equatable {
        case text(String)
        /// The id of a pair that is kept: what is like it.
        case pair(Int64)
        /// As an embedder gave it, or a numeric request or answer as the model takes or gives it.
        case vector([Float])
    }

    /// What is compared with the subject.
    package enum Field: String, Sendable, Codable, CaseIterable {
        case requests, live, candidate
        /// What the candidate changed: its answer less the live one.
        case change
    }

    /// Which embedder answers for texts.
    package enum Precision: String, Sendable, Codable, CaseIterable {
        /// The static embedder finds, the sentence model ranks what it found.
        case auto
        /// The static embedder alone: microseconds a text, every pair has such a vector.
        case volume
        /// The sentence model alone, over the pairs it has embedded: a sample and the most divergent ones.
        case precise
    }

    package static let limits = 1...200

    package var model: String
    package var subject: Subject
    package var field: Field
    package var precision = Precision.auto
    /// Exact words count too; for texts only.
    package var usesWords = true
    package var filter = PairFilter()
    /// Hits, within `limits`.
    package var limit = 20

    package init(model: String, subject: Subject, field: Field = .requests) {
        self.model = model
        self.subject = subject
        self.field = field
    }
}
