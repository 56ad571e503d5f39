/// How alike two answers must be in meaning to count as equal. Cosines of one embedder lie near 1 for unrelated texts, those
/// of another near 0, so the threshold is taken from what was seen: the middle between what live says when asked again
/// and what it says to other requests (statistics B11).
struct MeaningScale: Sendable, Codable {
    /// Until `leastRandom` unrelated texts were seen: the middle between 1, and the 0.6 that 95 % of unrelated English
    /// sentences lie below with the usual embedders.
    static let initialThreshold = 0.8
    static let leastRandom = 50.0
    /// With fewer answers of live asked again their quantile is taken as 1, which is what a deterministic version has.
    static let leastNoise = 20.0
    /// Then the quantile does not move any more, and no text is embedded for it.
    static let mostRandom = 1_024.0
    /// An answer is held against the one so many pairs before: neighbours in time may belong to one conversation.
    private static let gap = 8

    private struct Earlier: Sendable, Codable {
        var vector: [Float]
        var hash: UInt64
    }

    /// Live against live asked again.
    private var noise = SimilarityHistogram()
    /// Live against live's answer to another request.
    private var random = SimilarityHistogram()
    /// Oldest first.
    private var earlier: [Earlier] = []

    /// The cosine below which two answers differ.
    private(set) var threshold = Self.initialThreshold

    /// The same as a distance, for people: of three digits.
    var tolerance: Double { DecimalText.rounded(MeaningCosine.distance(self.threshold), digits: 3) }

    var wantsRandom: Bool { self.random.total < Self.mostRandom }

    mutating func addNoise(_ similarity: Double) {
        self.noise.add(similarity)
        self.settle()
    }

    /// Holds live's answer against an earlier one that reads differently.
    mutating func addRandom(_ vector: [Float], of text: UnsafeRawBufferPointer) {
        guard self.wantsRandom else { return }
        let hash = TextHash.of(text)
        if self.earlier.count >= Self.gap {
            let other = self.earlier.removeFirst()
            if other.hash != hash, let similarity = MeaningCosine.similarity(vector, other.vector) {
                self.random.add(similarity)
                self.settle()
            }
        }
        self.earlier.append(Earlier(vector: vector, hash: hash))
        if !self.wantsRandom { self.earlier = [] }
    }

    /// What was said; the threshold and what it rests on stay.
    mutating func forgetVectors() { self.earlier = [] }

    private mutating func settle() {
        guard self.random.total >= Self.leastRandom, let random = self.random.quantile(0.95) else { return }
        let noise = self.noise.total >= Self.leastNoise ? self.noise.quantile(0.05) ?? 1 : 1
        self.threshold = (noise + random) / 2
    }
}
