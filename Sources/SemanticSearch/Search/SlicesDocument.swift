/// `GET /admin/v1/models/{model}/slices`: the parts of a release's traffic the candidate changed most.
package struct SlicesDocument: Sendable, Codable, Equatable {
    package var model: String
    package var release: Int64
    package var findings: SliceFindings
    /// For outputs that are embeddings themselves: how the two sides' spaces compare; nil for others.
    package var spaces: SpaceReport?
    /// Whether this release's requests are like those of earlier ones; nil without earlier ones.
    package var coverage: CoverageFinding?
    /// Kept pairs that are not looked at yet.
    package var backlog: Int
    /// Short descriptions of the examples, by pair id: the beginning of the request.
    package var excerpts: [Excerpt]

    package struct Excerpt: Sendable, Codable, Equatable {
        package var id: Int64
        package var request: String
        package var live: String
        package var candidate: String

        package init(id: Int64, request: String, live: String, candidate: String) {
            self.id = id
            self.request = request
            self.live = live
            self.candidate = candidate
        }
    }
}

extension SlicesDocument {
    /// Without spaces, coverage, backlog and excerpts.
    package init(model: String, release: Int64, findings: SliceFindings) {
        self.init(
            model: model,
            release: release,
            findings: findings,
            spaces: nil,
            coverage: nil,
            backlog: 0,
            excerpts: []
        )
    }
}

/// `GET /admin/v1/models/{model}/map`: a release's requests in two dimensions; nil when there are too few.
package struct MapDocument: Sendable, Codable, Equatable {
    package var model: String
    package var release: Int64
    package var map: RequestMap?

    package init(model: String, release: Int64, map: RequestMap?) {
        self.model = model
        self.release = release
        self.map = map
    }
}
