import ServingCore

/// Texts that are JSON objects or arrays. The divergence is the share of leaf fields that differ, averaged over the
/// elements; outside tolerance when any field differs. Where neither text is JSON, texts are compared instead; where one
/// is, the difference is complete.
struct JSONComparator: Sendable, Codable {
    /// Most differences that one comparison hands on.
    static let mostFields = 32

    /// Numbers that differ by no more are equal.
    var tolerance: Double

    /// Returns the fields that differ, each once, at most `JSONFieldComparison.limit`; not `$`, a text that differs as a
    /// whole.
    func compare(
        _ live: Tensor,
        _ candidate: Tensor,
        _ masks: FieldMasks,
        _ form: any KeptForm,
        _ result: inout OutputComparison
    ) -> [String] {
        let count = live.elementCount
        guard count > 0 else { return [] }
        let output = result.name
        let covers = { path in masks.covers(path) { form.place(path, in: output) } }
        var comparison = JSONFieldComparison(tolerance: self.tolerance, masks: masks.isEmpty ? nil : covers)
        var (sum, texts, textSum) = (0.0, 0, 0.0)
        ElementDifference.forEachText(live, candidate) { left, right in
            if left.elementsEqual(right) { return }
            switch (JSONText.parse(left), JSONText.parse(right)) {
            case (let left?, let right?): sum += comparison.share(left, right)
            case (nil, nil):
                let distance = TextComparator.distance(left, right)
                sum += distance
                textSum += distance
                texts += 1
                result.diverged = true
            case (let parsed, let otherParsed):
                comparison.notJSON(live: parsed, candidate: otherParsed)
                sum += 1
            }
        }
        result.divergence = min(1, sum / Double(count))
        result.diverged = result.diverged || comparison.differing > 0
        result.fields = Array(comparison.differences.prefix(Self.mostFields))
        if comparison.leaves > 0 {
            result.details["fields_compared"] = Double(comparison.leaves)
            result.details["fields_differing"] = Double(comparison.differing)
        }
        if texts > 0 { result.details["edit_distance"] = textSum / Double(texts) }
        var paths: [String] = []
        for path in comparison.differences.map(\.path) where path != "$" && !paths.contains(path) { paths.append(path) }
        return paths
    }
}
