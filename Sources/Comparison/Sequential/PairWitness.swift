/// Learns, from pairs of vectors of one dimension, a function that tells candidates from live answers, and scores pairs with
/// it: a linear one of each coordinate and of its squared distance from the usual, so that both shifts and changes of spread
/// are seen. Coordinates are weighted by how regularly they differ, as if they were independent.
struct PairWitness: Sendable, Equatable {
    /// Vectors of more dimensions are folded to this many.
    static let mostDimensions = 512
    /// Larger than any answer, and small enough that sums of fourth powers stay finite.
    static let largest = 1e50
    /// Differences this small have no square.
    private static let smallest = 1e-150
    /// No difference counts for more than this many times the usual one, so that none decides alone.
    private static let longest = 5.0

    /// How much a feature differs: live less candidate.
    private struct Feature: Sendable, Equatable {
        var sum = 0.0
        var squares = 0.0

        /// Mean difference times this one, both in units of the usual difference; both are 0 while there was none.
        func score(_ difference: Double, count: Double) -> Double {
            guard self.squares > 0 else { return 0 }
            let isUsual = difference * difference * count <= longest * longest * self.squares
            guard !isUsual else { return self.sum * difference / self.squares }
            let score = longest * self.sum / (count * self.squares).squareRoot()
            return difference < 0 ? -score : score
        }

        mutating func learn(_ difference: Double) {
            guard abs(difference) > smallest else { return }
            self.sum += difference
            self.squares += difference * difference
        }
    }

    private(set) var count: UInt64 = 0
    /// Of both sides together, for each coordinate.
    private var centres: [Double]
    /// For each coordinate two: of itself, and of its squared distance from the centre.
    private var features: [Feature]

    /// - Parameter dimensions: of the vectors before they are folded.
    init(dimensions: Int) {
        let folded = min(dimensions, Self.mostDimensions)
        self.centres = Array(repeating: 0, count: folded)
        self.features = Array(repeating: Feature(), count: 2 * folded)
    }

    var dimensions: Int { self.centres.count }

    /// The score of a pair by what was known before it; changes sign when both sides are swapped. Then learns from it.
    mutating func scoreAndLearn(live: [Double], candidate: [Double]) -> Double {
        let before = Double(self.count)
        self.count.countUp()
        let pace = 1 / Double(self.count)
        var score = 0.0
        for index in 0..<min(self.dimensions, live.count, candidate.count) {
            let difference = live[index] - candidate[index]
            let twice = live[index] + candidate[index]
            let spread = difference * (twice - 2 * self.centres[index])
            score += self.features[2 * index].score(difference, count: before)
            score += self.features[2 * index + 1].score(spread, count: before)
            self.features[2 * index].learn(difference)
            self.features[2 * index + 1].learn(spread)
            self.centres[index] += (twice / 2 - self.centres[index]) * pace
        }
        return score
    }

    /// By Cauchy and Schwarz, but for rounding; what is within these bounds stays finite.
    private var isPossible: Bool {
        self.centres.allSatisfy { abs($0) < 1e60 }
            && self.features.allSatisfy { feature in
                let isBounded = abs(feature.sum) < 1e150 && (0..<1e260).contains(feature.squares)
                return isBounded && feature.sum * feature.sum <= Double(self.count) * feature.squares * 1.001
            }
    }

    /// The vector in at most `mostDimensions`: each coordinate is added to or taken from one of them, as a hash of its index
    /// says (count sketch), which keeps distances in expectation. Nil when a value is not finite or too large.
    static func fold(_ vector: [Double]) -> [Double]? {
        guard vector.allSatisfy({ abs($0) <= Self.largest }) else { return nil }
        guard vector.count > Self.mostDimensions else { return vector }
        var folded = Array(repeating: 0.0, count: Self.mostDimensions)
        for (index, value) in vector.enumerated() {
            let hash = Self.hash(UInt64(index))
            folded[Int(hash % UInt64(Self.mostDimensions))] += hash >> 63 == 0 ? value : -value
        }
        return folded
    }

    /// SplitMix64.
    private static func hash(_ index: UInt64) -> UInt64 {
        var mixed = (index &+ 1) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension PairWitness: BinaryCodable {
    func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.dimensions))
        writer.write(self.count)
        for centre in self.centres { writer.write(centre) }
        for feature in self.features {
            writer.write(feature.sum)
            writer.write(feature.squares)
        }
    }

    init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.init(dimensions: try reader.readCount(atMost: Self.mostDimensions))
        self.count = try reader.readUnsigned()
        for index in self.centres.indices { self.centres[index] = try reader.readFinite() }
        for index in self.features.indices {
            self.features[index].sum = try reader.readFinite()
            self.features[index].squares = try reader.readFinite()
        }
        guard self.isPossible else { throw reader.damage("sums that no vectors have") }
    }
}
