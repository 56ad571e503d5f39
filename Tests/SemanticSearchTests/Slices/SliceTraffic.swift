import SemanticSearch
import ServingCore
import TestSupport

/// Requests in 12 topics, with words, a tenant and a language, whose divergence a test decides.
struct SliceTraffic {
    struct Request {
        let topic: Int
        let words: [String]
        let segments: [Segment]
    }

    static let dimension = 8
    private var random: SeededRandom
    private let topics: [[Float]]

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        self.topics = (0..<12).map { _ in (0..<Self.dimension).map { _ in Float.random(in: -1...1, using: &random) } }
        self.random = random
    }

    mutating func unit() -> Double { Double.random(in: 0..<1, using: &self.random) }

    /// - Parameter divergence: Of a request, given a number in 0..<1.
    mutating func input(_ count: Int, margin: Double = 0.04, _ divergence: (Request, Double) -> Double) -> SliceInput {
        var (pairs, vectors): ([SlicePair], [Float]) = ([], [])
        for id in 0..<count {
            let topic = Int.random(in: 0..<12, using: &self.random)
            let vector = self.topics[topic].map { $0 + 0.2 * Float(self.unit() - 0.5) }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            vectors += vector.map { $0 / length }
            let words = Set((0..<8).map { _ in "w\(Int(100 * self.unit() * self.unit()))" }).sorted()
            let request = Request(
                topic: topic,
                words: words,
                segments: [
                    Segment(key: "tenant", value: "\(Int(6 * self.unit()))"),
                    Segment(key: "language", value: self.unit() < 0.25 ? "fr" : "en"),
                ]
            )
            let value = divergence(request, self.unit())
            let segments = request.segments
            pairs.append(
                SlicePair(id: Int64(id) * 3, divergence: value, diverged: value > 0.1, segments: segments, words: words)
            )
        }
        return SliceInput(pairs: pairs, vectors: vectors, dimension: Self.dimension, margin: margin)
    }
}
