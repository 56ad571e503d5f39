import ServingCore

/// Free text. The divergence is the edit distance as a share of the longer text (see `EditDistance`), averaged over the
/// elements; outside tolerance when an element's is.
struct TextComparator: Sendable, Codable {
    var tolerance: Double

    func compare(_ live: Tensor, _ candidate: Tensor, _ result: inout OutputComparison) {
        let count = live.elementCount
        guard count > 0 else { return }
        var sum = 0.0
        ElementDifference.forEachText(live, candidate) { left, right in
            let distance = Self.distance(left, right)
            sum += distance
            if distance > self.tolerance { result.diverged = true }
        }
        result.divergence = min(1, sum / Double(count))
        result.details["edit_distance"] = result.divergence
    }

    /// How far two texts lie apart, 0...1. All texts pass through here, those inside JSON aside: a distance in meaning
    /// would take this function's place.
    static func distance(_ live: UnsafeRawBufferPointer, _ candidate: UnsafeRawBufferPointer) -> Double {
        EditDistance.share(live, candidate)
    }
}
