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

    package init(release: Int64, reference: Int, covered: Int, radius: Double, pairs: Int) {
        self.release = release
        self.reference = reference
        self.covered = covered
        self.radius = radius
        self.pairs = pairs
    }

    package var share: Double { self.reference == 0 ? 0 : Double(self.covered) / Double(self.reference) }
}
