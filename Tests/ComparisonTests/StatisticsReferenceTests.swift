import Comparison
import Glibc
import Testing

/// Published and hand-checked values.
@Suite("Statistics of known cases")
struct StatisticsReferenceTests {
    private static let x = Self.wave { row, column in sin(0.7 * row + 1.3 * column) }
    private static let y = Self.wave { row, column in sin(0.7 * row + 1.3 * column + 0.2) + 0.1 * cos(row * column) }

    private static func wave(_ value: (Double, Double) -> Double) -> Matrix? {
        Matrix((0..<8).map { row in (0..<4).map { column in value(Double(row), Double(column)) } })
    }

    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) <= 6e-11 } ?? false
    }

    @Test("two distributions over three classes")
    func distributions() {
        let p = [0.2, 0.3, 0.5]
        let q = [0.25, 0.35, 0.4]
        #expect(self.isClose(Distributions.populationStability(p, q), 0.0411790667))
        #expect(self.isClose(Distributions.kullbackLeibler(p, q), 0.0206978614))
        #expect(self.isClose(Distributions.jensenShannonDistance(p, q), 0.0860943534))
        #expect(self.isClose(Distributions.jensenShannon(p, q), 0.0051377717))
        #expect(self.isClose(Distributions.totalVariation(p, q), 0.1))
        #expect(self.isClose(Distributions.hellinger(p, q), 0.0717117273))
        #expect(self.isClose(Distributions.wasserstein(p, q), 0.15))
    }

    @Test("two waves of eight points")
    func waves() throws {
        let x = try #require(Self.x)
        let y = try #require(Self.y)
        #expect(self.isClose(Alignment.linearCKA(x, y), 0.9931473738))
        #expect(self.isClose(Alignment.unbiasedLinearCKA(x, y), 0.9933366540))
        #expect(Neighbours.mutualOverlap(x, y, k: 2) == 1)
        #expect(Neighbours.mutualOverlap(x, y, k: 3) == 1)
        #expect(self.isClose(Alignment.procrustes(x, y), 0.0082029939))
        #expect(self.isClose(TwoSample.energy(x, y), 0.0668437948))
        #expect(self.isClose(TwoSample.medianBandwidth(x, y), 2.0572982923))
        #expect(self.isClose(TwoSample.meanDiscrepancy(x, y, sigmaSquared: 2.0572982923), -0.1467981727))
    }

    @Test("rank-biased overlap of two lists of seven")
    func rankBiasedOverlap() {
        let overlap = Neighbours.rankBiasedOverlap(Array("abcdefg"), Array("bacdegf"), p: 0.9)
        #expect(abs(overlap - 0.8901585) < 1e-12)
        #expect(abs(Neighbours.rankBiasedOverlap([1, 2, 3], [1, 2, 3], p: 0.9) - 1) < 1e-12)
        #expect(Neighbours.rankBiasedOverlap([1, 2, 3], [4, 5, 6], p: 0.9) == 0)
    }

    @Test("an edit distance beyond the limit counts the rest as different")
    func longTexts() {
        let long = String(repeating: "a", count: EditDistance.limit + 100)
        #expect(EditDistances.of(long, "b" + long) == 1)
        #expect(EditDistances.of("b" + long + "b", "c" + long + "c") == 103)
        #expect(EditDistances.of("", long) == long.utf8.count)
        #expect(EditDistances.of("kitten", "sitting") == 3)
    }

    @Test("matrices that do not fit give no value")
    func misfits() throws {
        let x = try #require(Matrix([[1, 2], [3, 4]]))
        let y = try #require(Matrix([[1, 2, 3]]))
        #expect(Matrix([[1], [1, 2]]) == nil)
        #expect(Alignment.linearCKA(x, y) == nil)
        #expect(Alignment.unbiasedLinearCKA(x, x) == nil)
        #expect(Alignment.procrustes(x, y) == nil)
        #expect(Neighbours.mutualOverlap(x, x, k: 2) == nil)
        #expect(TwoSample.energy(x, y) == nil)
        #expect(TwoSample.meanDiscrepancy(y, y, sigmaSquared: 1) == nil)
        #expect(Cosine.similarity([1], [1, 2]) == nil)
        #expect(Cosine.similarity([1e300, 1e300], [1e300, 1e300]).map { abs($0 - 1) < 1e-12 } == true)
    }
}
