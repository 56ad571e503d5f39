/// Divergences of one output: moments, the largest, and a histogram with fixed edges.
package struct DivergenceDistribution: Sendable, Equatable {
    /// Upper edges, inclusive; the first bin holds exactly 0.
    package static let edges: [Double] = [0, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

    package private(set) var moments = RunningMoments()
    package private(set) var max: Double = 0
    package private(set) var histogram = [UInt64](repeating: 0, count: Self.edges.count)

    package init() {}

    /// `divergence` is in 0...1.
    package mutating func add(_ divergence: Double) {
        self.moments.add(divergence)
        self.max = Swift.max(self.max, divergence)
        var bin = 0
        while bin < Self.edges.count - 1 && divergence > Self.edges[bin] { bin += 1 }
        self.histogram[bin].countUp()
    }
}

extension DivergenceDistribution: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        self.moments.encode(into: &writer)
        writer.write(self.max)
        for count in self.histogram { writer.write(count) }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        self.moments = try RunningMoments(from: &reader)
        self.max = try reader.readFinite()
        for bin in self.histogram.indices { self.histogram[bin] = try reader.readUnsigned() }
    }
}
