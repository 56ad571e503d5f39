import ServingCore

/// Vectors of two spaces that have nothing to do with each other: does the candidate find the same answers near this one
/// as live does? The divergence is 1 minus the share of the k nearest of the kept answers that both sides agree on. Of an
/// answer of several rows the first counts.
struct NeighbourComparator: Sendable, Codable {
    static let k = 10
    /// Fewer kept answers than this say nothing yet: k of them would agree too often by chance.
    static let least = 2 * Self.k

    var tolerance: Double

    /// Nil while there are too few kept answers.
    ///
    /// - Parameters:
    ///   - side: where the second answer's neighbours are looked up: among live's vectors when it is live asked again.
    ///   - own: the place of this very pair among the kept ones.
    func compare(
        _ live: Tensor,
        _ other: Tensor,
        _ side: ComparedSide,
        in reservoir: VectorReservoir,
        own: Int?,
        _ workspace: inout Workspace,
        _ result: inout OutputComparison
    ) -> Bool {
        guard Self.firstRow(live, &workspace.live), Self.firstRow(other, &workspace.candidate) else {
            result.divergence = 1
            result.diverged = true
            return true
        }
        guard reservoir.items.count - (own == nil ? 0 : 1) >= Self.least else { return false }
        let overlap = Neighbours.overlap(
            reservoir.nearest(Self.k, to: workspace.live, .live, leavingOut: own),
            reservoir.nearest(
                Self.k,
                to: workspace.candidate,
                side == .candidate ? .candidate : .live,
                leavingOut: own
            )
        )
        result.divergence = 1 - overlap
        result.diverged = result.divergence > self.tolerance
        result.details["knn_overlap"] = overlap
        return true
    }

    /// False when there is no row, or one with NaN or infinity.
    static func firstRow(_ tensor: Tensor, _ target: inout [Double]) -> Bool {
        guard let values = TensorValues(tensor), values.count > 0,
            let columns = tensor.shape.isEmpty ? 1 : Int(exactly: tensor.shape[tensor.shape.count - 1])
        else { return false }
        values.read(0..<columns, into: &target)
        return target.allSatisfy(\.isFinite)
    }
}
