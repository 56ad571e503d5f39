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
    }
}

/// `GET /admin/v1/models/{model}/map`: a release's requests in two dimensions; nil when there are too few.
package struct MapDocument: Sendable, Codable, Equatable {
    package var model: String
    package var release: Int64
    package var map: RequestMap?
}

/// How much of the usual traffic a release has seen (statistics B14, C10).
package struct CoverageFinding: Sendable, Codable, Equatable {
    package var release: Int64
    /// Requests of earlier releases that were looked for, and how many of them have a like one in this release.
    package var reference: Int
    package var covered: Int
    /// Cosine distance up to which requests count as alike: the 95th percentile of the reference's own nearest neighbours.
    package var radius: Double
    /// Pairs of this release that were there when it was measured.
    package var pairs: Int

    package var share: Double { self.reference == 0 ? 0 : Double(self.covered) / Double(self.reference) }
}
