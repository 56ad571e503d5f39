/// How often which cosine was seen, in steps of a hundredth; 1 has a step of its own.
struct SimilarityHistogram: Sendable, Codable {
    /// Steps below 1.
    private static let steps = 200

    /// Numbers of doubles, because a list of those is saved fastest.
    private var counts = [Double](repeating: 0, count: Self.steps + 1)
    private(set) var total = 0.0

    mutating func add(_ similarity: Double) {
        guard similarity.isFinite, self.counts.count == Self.steps + 1, self.total < 0x1p53 else { return }
        let place = similarity > 1 - 1e-6 ? Self.steps : Int(min(max(0, similarity + 1) * 100, Double(Self.steps - 1)))
        self.counts[place] += 1
        self.total += 1
    }

    /// The smallest step that this share of all lies at or below, by its middle; nil without any.
    func quantile(_ share: Double) -> Double? {
        guard self.total > 0 else { return nil }
        var below = 0.0
        for (place, count) in self.counts.enumerated() {
            below += count
            if below >= self.total * share, below > 0 {
                return place >= Self.steps ? 1 : (Double(place) + 0.5) / 100 - 1
            }
        }
        return 1
    }
}
