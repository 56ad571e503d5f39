import ServingCore

/// Distributions over classes along the last axis. The divergence is the total variation, averaged over the rows; an
/// output of one column is read as the probability of the second of two classes. Outside tolerance: a row's total
/// variation is, or its most probable class is another one.
struct ProbabilityComparator: Sendable, Codable {
    /// How many of the most probable classes `top_k_overlap` looks at.
    static let topClasses = 5

    /// Total variation.
    var tolerance: Double

    func compare(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace, _ result: inout OutputComparison) {
        guard let left = TensorValues(live), let right = TensorValues(candidate), left.count > 0,
            left.count == right.count,
            let columns = live.shape.isEmpty ? 1 : Int(exactly: live.shape[live.shape.count - 1])
        else { return }
        let rows = left.count / columns
        var sums = Sums()
        for row in 0..<rows {
            let range = (row * columns)..<((row + 1) * columns)
            left.read(range, into: &workspace.live)
            right.read(range, into: &workspace.candidate)
            if columns == 1 {
                Self.complement(&workspace.live)
                Self.complement(&workspace.candidate)
            }
            self.add(workspace.live, workspace.candidate, to: &sums)
        }
        result.divergence = sums.variation / Double(rows)
        result.flip = sums.flipped
        result.diverged = sums.diverged || sums.flipped
        if rows == 1 {
            result.liveClass = sums.liveTop.map(String.init)
            result.candidateClass = sums.candidateTop.map(String.init)
        }
        guard sums.finite > 0 else { return }
        let finite = Double(sums.finite)
        result.details = [
            "jsd": sums.jensenShannon / finite,
            "hellinger": sums.hellinger / finite,
            "top_k_overlap": sums.overlap / finite,
            "max_prob_change": sums.peakChange / finite,
        ]
    }

    private struct Sums {
        var variation = 0.0
        var jensenShannon = 0.0
        var hellinger = 0.0
        var overlap = 0.0
        var peakChange = 0.0
        /// Rows without NaN and infinity on either side.
        var finite = 0
        var flipped = false
        var diverged = false
        /// Of the last row.
        var liveTop: Int?
        var candidateTop: Int?
    }

    private func add(_ live: [Double], _ candidate: [Double], to sums: inout Sums) {
        sums.liveTop = Self.top(live)
        sums.candidateTop = Self.top(candidate)
        if sums.liveTop != sums.candidateTop { sums.flipped = true }
        guard let liveTop = sums.liveTop, let candidateTop = sums.candidateTop else {
            // Something that is not a distribution is as far away as can be, unless it is the same on both sides.
            let same = live.elementsEqual(candidate) { $0 == $1 || ($0.isNaN && $1.isNaN) }
            sums.variation += same ? 0 : 1
            sums.diverged = sums.diverged || !same
            return
        }
        let variation = min(1, Distributions.totalVariation(live, candidate))
        sums.variation += variation
        sums.diverged = sums.diverged || variation > self.tolerance
        sums.jensenShannon += Distributions.jensenShannon(live, candidate)
        sums.hellinger += min(1, Distributions.hellinger(live, candidate))
        sums.peakChange += min(1, abs(candidate[candidateTop] - live[liveTop]))
        sums.overlap += Self.overlap(live, candidate)
        sums.finite += 1
    }

    /// Index of the largest value, the first among equals; nil when a value is NaN or infinite.
    private static func top(_ values: [Double]) -> Int? {
        var top = 0
        for (index, value) in values.enumerated() {
            guard value.isFinite else { return nil }
            if value > values[top] { top = index }
        }
        return values.isEmpty ? nil : top
    }

    private static func overlap(_ live: [Double], _ candidate: [Double]) -> Double {
        guard live.count > Self.topClasses else { return 1 }
        return Neighbours.overlap(
            Neighbours.largest(Self.topClasses, of: live.count) { live[$0] },
            Neighbours.largest(Self.topClasses, of: candidate.count) { candidate[$0] }
        )
    }

    private static func complement(_ values: inout [Double]) {
        values.insert(1 - values[0], at: 0)
    }
}
