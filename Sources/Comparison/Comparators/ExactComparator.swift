import ServingCore

/// Equal or not, element by element. The divergence is the share of elements that differ; any that does is outside
/// tolerance.
struct ExactComparator: Sendable, Codable {
    func compare(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace, _ result: inout OutputComparison) {
        let count = live.elementCount
        guard count > 0 else { return }
        let differing = ElementDifference.count(live, candidate, &workspace)
        result.divergence = Double(differing) / Double(count)
        result.diverged = differing > 0
    }
}
