import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Comparing vectors")
struct VectorComparisonTests {
    /// A matrix of random numbers: maps a vector into a space that has nothing to do with its own, and keeps what is near what.
    private struct Projection {
        let rows: [[Double]]

        init(from dimensions: Int, to other: Int, seed: UInt64) {
            var random = SeededRandom(seed: seed)
            self.rows = (0..<other).map { _ in random.vector(dimensions) }
        }

        func callAsFunction(_ vector: [Double]) -> Tensor { .unit(self.moved(vector)) }

        func moved(_ vector: [Double]) -> [Double] {
            self.rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
        }
    }

    /// Points around 16 centres, so that there is something to be near to.
    private func points(_ count: Int, _ dimensions: Int) -> [[Double]] {
        var random = SeededRandom(seed: 3)
        let centres = (0..<16).map { _ in random.vector(dimensions) }
        return (0..<count).map { index in
            centres[index % 16].map { $0 + 0.3 * random.normal() }
        }
    }

    @Test("in one space: half of 1 minus the cosine")
    func cosine() throws {
        let output = OneOutput(.fp32, [-1, 16], named: "embedding")
        var random = SeededRandom(seed: 5)
        let vector = random.vector(16)
        output.learn([.unit(vector)])
        let same = try #require(output.compare(.unit(vector), .unit(vector.map { 3 * $0 })))
        #expect(!same.diverged && abs(same.divergence) < 1e-12)
        let opposite = try #require(output.compare(.unit(vector), .unit(vector.map { -$0 })))
        #expect(abs(opposite.divergence - 1) < 1e-9 && opposite.diverged)
        #expect(opposite.details["cosine"].map { abs($0 + 1) < 1e-9 } == true)
    }

    @Test("other dimensions on the candidate: neighbours are compared")
    func otherDimensions() throws {
        let points = self.points(400, 64)
        let map = Projection(from: 64, to: 48, seed: 9)
        let output = OneOutput(.fp32, [-1, 64], named: "embedding", candidate: (.fp32, [-1, 48]))
        var divergences: [Double] = []
        for point in points {
            divergences += output.add(.unit(point), map(point)).compactMap(\.outputs.first?.divergence)
        }
        #expect(output.plan?.comparator == .vector)
        #expect(output.plan?.why.contains("the candidate's have 48 dimensions, live's 64") == true)
        #expect(divergences.count == 400)
        #expect(divergences.suffix(200).reduce(0, +) / 200 < 0.4)
        let result = try #require(output.compare(.unit(points[0]), map(points[0])))
        #expect(result.structure == nil)
        #expect(result.details["knn_overlap"].map { abs(1 - $0 - result.divergence) < 1e-12 } == true)
    }

    @Test("unrelated spaces of equal dimension: neighbours are compared when they agree")
    func unrelated() {
        let map = Projection(from: 128, to: 128, seed: 11)
        let output = OneOutput(.fp32, [-1, 128], named: "embedding")
        for point in self.points(32, 128) { _ = output.add(.unit(point), map(point)) }
        #expect(output.plan?.why.contains("agree on what is near what") == true)
    }

    /// As activations that are never negative.
    @Test("unrelated spaces whose vectors all point one way: neighbours are compared when they agree")
    func unrelatedOneWay() {
        let map = Projection(from: 128, to: 128, seed: 11)
        let output = OneOutput(.fp32, [-1, 128], named: "embedding")
        for point in self.points(32, 128) {
            _ = output.add(.unit(point.map { $0 + 10 }), .unit(map.moved(point).map { $0 + 100 }))
        }
        #expect(output.plan?.why.contains("agree on what is near what") == true)
    }

    @Test("one space whose vectors all point one way: compared by cosine")
    func sharedOneWay() {
        let output = OneOutput(.fp32, [-1, 128], named: "embedding")
        for point in self.points(32, 128) {
            let vector = point.map { $0 + 10 }
            _ = output.add(.unit(vector), .unit(vector.map { Double(Float16($0)) }))
        }
        #expect(output.plan?.why.contains("compared by cosine distance") == true)
    }

    @Test("few different requests, asked again and again: compared by cosine", arguments: [1, 2, 8])
    func repeated(requests: Int) {
        let output = OneOutput(.fp32, [-1, 128], named: "embedding")
        let points = self.points(requests, 128)
        for turn in 0..<32 { _ = output.add(.unit(points[turn % requests]), .unit(points[turn % requests])) }
        #expect(output.plan?.why.contains("compared by cosine distance") == true)
    }

    @Test("a candidate that answers noise stays compared by cosine, and diverges")
    func noise() throws {
        var random = SeededRandom(seed: 13)
        let output = OneOutput(.fp32, [-1, 128], named: "embedding")
        var last: [PairComparison] = []
        for point in self.points(32, 128) { last = output.add(.unit(point), .unit(random.vector(128))) }
        #expect(output.plan?.why.contains("compared by cosine distance") == true)
        let divergences = last.compactMap(\.outputs.first?.divergence)
        #expect(divergences.count == 32 && divergences.allSatisfy { $0 > 0.3 })
    }

    @Test("neighbours of live asked again are looked up among live's own vectors")
    func noiseNeighbours() throws {
        let points = self.points(64, 64)
        let map = Projection(from: 64, to: 48, seed: 9)
        let output = OneOutput(.fp32, [-1, 64], named: "embedding", candidate: (.fp32, [-1, 48]))
        var noise: [OutputComparison] = []
        for point in points {
            noise += output.add(.unit(point), map(point), noise: .unit(point)).compactMap { $0.noise?.first }
        }
        #expect(noise.count == 64)
        #expect(noise.allSatisfy { $0.divergence == 0 })
    }

    @Test("with too few answers to be near to, nothing is said")
    func tooFew() {
        let map = Projection(from: 64, to: 48, seed: 9)
        let output = OneOutput(.fp32, [-1, 64], named: "embedding", candidate: (.fp32, [-1, 48]))
        for point in self.points(3, 64) { _ = output.add(.unit(point), map(point)) }
        #expect(output.settle().flatMap(\.outputs) == [])
        #expect(output.plan?.comparator == .vector)
    }
}
