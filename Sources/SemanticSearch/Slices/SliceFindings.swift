/// The slices of one release, best first: confirmed ones before others, then by the lower bound of their excess.
package struct SliceFindings: Sendable, Codable, Equatable {
    package var slices: [Slice]
    /// 0 until there are enough distinct requests to propose slices; then they are as they were `proposedFrom` that
    /// many.
    package var epoch: Int
    package var proposedFrom: Int
    /// When slices are proposed anew.
    package var nextEpoch: Int
    package var pairs: Int
    /// Distinct requests that the live version answered.
    package var requests: Int
    /// Mean divergence of all pairs.
    package var divergence: Double
    /// Of the confirmed slices, the share that is expected to be false at most.
    package var alpha: Double

    package var confirmed: [Slice] { self.slices.filter(\.confirmed) }
}

extension SliceFindings {
    /// Of no pairs.
    package init() {
        self.init(
            slices: [],
            epoch: 0,
            proposedFrom: 0,
            nextEpoch: SliceHalves.firstEpoch,
            pairs: 0,
            requests: 0,
            divergence: 0,
            alpha: 0.1
        )
    }
}
