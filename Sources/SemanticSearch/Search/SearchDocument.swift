package import ServingCore

/// `POST /admin/v1/models/{model}/search`: what was found, best first.
package struct SearchDocument: Sendable, Codable, Equatable {
    package var model: String
    /// What was compared with the subject.
    package var field: SearchQuery.Field
    /// By whose vectors the hits are ranked; nil when nothing could be compared by meaning.
    package var embedder: EmbedderIdentity?
    package var hits: [SearchHit]
    /// Slices the hits lie in, most hits first.
    package var slices: [SliceCount]
    /// Pairs that passed the filter, and pairs that can be searched at all.
    package var searched: Int
    package var indexed: Int
    /// Kept pairs that are not in the index yet.
    package var backlog: Int
    /// For people: what to know about this answer; nil when there is nothing.
    package var note: String?

    package struct SliceCount: Sendable, Codable, Equatable {
        package var id: String
        package var label: String
        package var hits: Int

        package init(id: String, label: String, hits: Int) {
            self.id = id
            self.label = label
            self.hits = hits
        }
    }

    package init(model: String, field: SearchQuery.Field) {
        self.model = model
        self.field = field
        self.hits = []
        self.slices = []
        self.searched = 0
        self.indexed = 0
        self.backlog = 0
    }

    private enum CodingKeys: String, CodingKey {
        case model, embedder, hits, slices, searched, indexed, backlog, note
        case field = "in"
    }
}

/// One distinct content that was found, shown by the most divergent pair that has it.
package struct SearchHit: Sendable, Codable, Equatable {
    package var pair: CapturedPair.Summary
    /// Cosine to the subject; nil when only words matched.
    package var similarity: Double?
    /// All the query's words stand in it.
    package var matchesWords: Bool
    /// Pairs with this very content among those searched.
    package var pairs: Int
    /// `Slice.id` of the slice with the largest excess it lies in.
    package var slice: String?
    /// The beginning of each, as it was kept.
    package var request: String
    package var live: String
    package var candidate: String
    /// For people: what differs, in one sentence; nil when nothing does.
    package var difference: String?

    package init(pair: CapturedPair.Summary) {
        self.pair = pair
        self.matchesWords = false
        self.pairs = 1
        self.request = ""
        self.live = ""
        self.candidate = ""
    }
}
