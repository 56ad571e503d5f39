import ServingCore

/// Free text, by meaning where that is known, else by letters; the divergence is averaged over the elements.
///
/// By meaning: the larger of half of 1 minus the cosine and what the guards say (see `TextGuard`); outside tolerance when
/// a guard fired or the cosine lies below the threshold of `MeaningScale`; where the manifest gives a tolerance, when the
/// divergence is larger. Equal texts are at 0. By letters: the edit distance as a share of the longer text (see
/// `EditDistance`); outside tolerance when an element's is.
struct TextComparator: Sendable, Codable {
    /// Nil where the manifest gives none.
    var tolerance: Double?
    /// `TextMeaning.mark` of the embedder that it was chosen with; nil: by letters.
    var meaning: String?

    func compare(_ live: Tensor, _ candidate: Tensor, _ result: inout OutputComparison) {
        let count = live.elementCount
        guard count > 0 else { return }
        var sum = 0.0
        ElementDifference.forEachText(live, candidate) { left, right in
            let distance = Self.distance(left, right)
            sum += distance
            if distance > self.tolerance ?? 0 { result.diverged = true }
        }
        result.divergence = min(1, sum / Double(count))
        result.details["edit_distance"] = result.divergence
    }

    /// How far two texts lie apart in letters, 0...1.
    static func distance(_ live: UnsafeRawBufferPointer, _ candidate: UnsafeRawBufferPointer) -> Double {
        EditDistance.share(live, candidate)
    }
}
