import ServingCore

/// Numbers. The divergence is the error over `scale`, at most 1, averaged over the elements; outside tolerance when an
/// element's error is larger than `tolerance`. Neither counts as smaller than what rounding explains.
struct RegressionComparator: Sendable, Codable {
    var scale: Double
    var tolerance: Double
    var band: RoundingBand

    func compare(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace, _ result: inout OutputComparison) {
        guard let left = TensorValues(live), let right = TensorValues(candidate), left.count > 0,
            left.count == right.count
        else { return }
        var sums = Sums()
        for start in stride(from: 0, to: left.count, by: Workspace.part) {
            left.read(start..<(start + Workspace.part), into: &workspace.live)
            right.read(start..<(start + Workspace.part), into: &workspace.candidate)
            for index in 0..<min(workspace.live.count, workspace.candidate.count) {
                self.add(workspace.live[index], workspace.candidate[index], to: &sums)
            }
        }
        result.divergence = min(1, sums.error / Double(left.count))
        result.diverged = sums.diverged
        if sums.finite > 0, sums.difference.isFinite { result.signedError = sums.difference / Double(sums.finite) }
        result.details["max_abs"] = sums.largest
        if let ulp = UlpDistance.largest(live, candidate) { result.details["max_ulp"] = ulp }
    }

    private struct Sums {
        var error = 0.0
        var difference = 0.0
        var largest = 0.0
        /// Elements whose difference is a number.
        var finite = 0
        var diverged = false
    }

    private func add(_ live: Double, _ candidate: Double, to sums: inout Sums) {
        let difference = candidate - live
        guard difference.isFinite else {
            // The same NaN or infinity on both sides is no difference.
            guard live != candidate, !(live.isNaN && candidate.isNaN) else { return }
            sums.error += 1
            sums.diverged = true
            return
        }
        let size = abs(difference)
        let rounding = self.band.width(at: live)
        sums.finite += 1
        sums.difference += difference
        sums.largest = max(sums.largest, size)
        if size > 0 { sums.error += min(1, size / max(self.scale, rounding, .leastNormalMagnitude)) }
        if size > max(self.tolerance, rounding) { sums.diverged = true }
    }
}
