import ServingCore

/// Vectors of one space, along the last axis. The divergence is the cosine distance `(1 - cos) / 2`, averaged over the
/// rows; outside tolerance when a row's is.
struct CosineComparator: Sendable, Codable {
    var tolerance: Double

    func compare(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace, _ result: inout OutputComparison) {
        guard let left = TensorValues(live), let right = TensorValues(candidate), left.count > 0,
            left.count == right.count,
            let columns = live.shape.isEmpty ? 1 : Int(exactly: live.shape[live.shape.count - 1])
        else { return }
        let rows = left.count / columns
        var (distance, cosine, finite) = (0.0, 0.0, 0)
        for row in 0..<rows {
            let range = (row * columns)..<((row + 1) * columns)
            left.read(range, into: &workspace.live)
            right.read(range, into: &workspace.candidate)
            let rowDistance: Double
            if let similarity = Cosine.similarity(workspace.live, workspace.candidate) {
                rowDistance = (1 - similarity) / 2
                cosine += similarity
                finite += 1
            } else {
                rowDistance = 1
            }
            distance += rowDistance
            if rowDistance > self.tolerance { result.diverged = true }
        }
        result.divergence = distance / Double(rows)
        if finite > 0 { result.details["cosine"] = cosine / Double(finite) }
    }
}
