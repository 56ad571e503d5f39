package import Comparison
import ServingCore

/// Turns rows of numbers into vectors: each place standardised by what was seen of it, then, when there are
/// `projectedDimension` places or more, a seeded sparse random projection (Achlioptas 2003; distances are kept within some
/// 10 %). Fitted once on a sample: another sample gives another embedder, whose vectors are not comparable with those of
/// this one.
///
/// Vectors have length 1, which would leave of two probabilities nothing but the side of their mean. So a shorter row gets
/// one place more, which always holds one deviation: how far the row is from the mean becomes an angle.
package struct TensorEmbedder: Sendable, Equatable {
    /// Values in a vector of a row of this many and more.
    package static let projectedDimension = 128
    /// Places of the vector that each place of a long row is added to.
    private static let spread = 8
    /// A place that moves less than this share of its magnitude does not count: rounding would be made large.
    private static let leastDeviation: Float = 1e-6
    /// What the place holds that is added to a short row.
    private static let added: Float = 1

    package let identity: EmbedderIdentity
    /// Per place of a row; 0 in `scales` where a place never moved.
    private let means: [Float]
    private let scales: [Float]

    /// Values of a row; one of another length has no vector.
    package var width: Int { self.means.count }

    /// - Parameter rows: those of the length that most of them have are used. Nil when none has a value.
    package init?(fitting rows: [[Float]], name: String = "tensor") {
        let lengths = Dictionary(grouping: rows.lazy.map(\.count)) { $0 }.mapValues(\.count)
        let width = lengths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
        guard width > 0 else { return nil }
        var (sums, squares) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
        let used = rows.filter { $0.count == width && $0.allSatisfy(\.isFinite) }
        guard !used.isEmpty else { return nil }
        for row in used {
            for place in 0..<width {
                let value = Double(row[place])
                sums[place] += value
                squares[place] += value * value
            }
        }
        let count = Double(used.count)
        let means = sums.map { Float($0 / count) }
        let scales = (0..<width).map { place -> Float in
            let mean = sums[place] / count
            let deviation = Float(max(0, squares[place] / count - mean * mean).squareRoot())
            return deviation > Self.leastDeviation * max(1, abs(means[place])) ? 1 / deviation : 0
        }
        self.init(name: name, means: means, scales: scales)
    }

    private init(name: String, means: [Float], scales: [Float]) {
        self.means = means
        self.scales = scales
        // The number is that of the form of vectors.
        var hash = StableHash.fmix64(0xCBF2_9CE4_8422_2325 ^ 2)
        for value in means + scales { hash = StableHash.fmix64(hash ^ UInt64(value.bitPattern)) }
        self.identity = EmbedderIdentity(
            name: name,
            digest: String(hash | 1 << 63, radix: 16),
            dimension: min(means.count + 1, Self.projectedDimension)
        )
    }

    /// A unit vector; all zeros for a row of another length, one with NaN or infinity, and the mean of rows that are
    /// projected.
    package func embed(_ row: [Float]) -> [Float] {
        var vector = [Float](repeating: 0, count: self.identity.dimension)
        guard row.count == self.width else { return vector }
        let isProjected = self.width >= Self.projectedDimension
        if !isProjected { vector[self.width] = Self.added }
        for place in 0..<self.width {
            guard row[place].isFinite else { return [Float](repeating: 0, count: vector.count) }
            // Far outliers would be all there is to see.
            let value = min(8, max(-8, (row[place] - self.means[place]) * self.scales[place]))
            guard isProjected else {
                vector[place] = value
                continue
            }
            var random = StableHash.fmix64(UInt64(place) &+ 0x9E37_79B9_7F4A_7C15)
            for _ in 0..<Self.spread {
                vector[Int(random & 127)] += random & 128 == 0 ? value : -value
                random = random >> 8
            }
        }
        return vector.normalised
    }
}

extension TensorEmbedder: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.identity.name)
        writer.write(UInt64(self.width))
        for value in self.means + self.scales { writer.write(Double(value)) }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        let name = try reader.readText()
        let width = try reader.readUnsigned()
        guard width > 0, width <= UInt64(Content.numberLimit) else { throw reader.damage("a row of \(width) values") }
        var values: [Float] = []
        for _ in 0..<(2 * width) { values.append(Float(try reader.readFinite())) }
        self.init(name: name, means: Array(values[..<Int(width)]), scales: Array(values[Int(width)...]))
    }
}

extension [Float] {
    /// Of length 1; as it is when it has no length, or one that is no number.
    var normalised: [Float] {
        let length = self.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, length.isFinite else { return self }
        return self.map { $0 / length }
    }
}
