import Comparison
import Foundation
import Testing

/// Every kernel against what `Fixtures/generate.py` had numpy and scipy compute.
@Suite("Statistics agree with numpy and scipy")
struct StatisticsFixtureTests {
    private struct Cases: Decodable {
        struct Distribution: Decodable {
            var p, q: [Double]
            var totalVariation, hellinger, jensenShannon, jensenShannonDistance: Double
            var kullbackLeibler, populationStability, wasserstein: Double
        }
        struct Vectors: Decodable {
            var a, b: [Double]
            var cosine: Double
        }
        struct Sample: Decodable {
            var values: [Double]
            var median, interquartileRange: Double
        }
        struct Cloud: Decodable {
            var x, y: [[Double]]
            var cka, unbiasedCKA, neighbours3, neighbours7: Double
            var procrustes, energy, bandwidth, meanDiscrepancy: Double?
        }
        struct Texts: Decodable {
            var a, b: String
            var edits: Int
        }
        var distributions: [Distribution]
        var vectors: [Vectors]
        var samples: [Sample]
        var clouds: [Cloud]
        var texts: [Texts]
    }

    private let cases: Cases

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/comparators.json")
        self.cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    }

    /// 1e-9 of the value, or of 1e-3 where that is larger: differences near 0 are what rounding leaves.
    private func isClose(_ value: Double?, _ expected: Double) -> Bool {
        guard let value else { return false }
        return abs(value - expected) <= 1e-9 * max(abs(expected), 1e-3)
    }

    @Test("distances of distributions")
    func distributions() {
        #expect(self.cases.distributions.count == 20)
        for one in self.cases.distributions {
            #expect(self.isClose(Distributions.totalVariation(one.p, one.q), one.totalVariation))
            #expect(self.isClose(Distributions.hellinger(one.p, one.q), one.hellinger))
            #expect(self.isClose(Distributions.jensenShannon(one.p, one.q), one.jensenShannon))
            #expect(self.isClose(Distributions.jensenShannonDistance(one.p, one.q), one.jensenShannonDistance))
            #expect(self.isClose(Distributions.kullbackLeibler(one.p, one.q), one.kullbackLeibler))
            #expect(self.isClose(Distributions.populationStability(one.p, one.q), one.populationStability))
            #expect(self.isClose(Distributions.wasserstein(one.p, one.q), one.wasserstein))
        }
    }

    @Test("cosines and quantiles")
    func cosinesAndQuantiles() {
        for one in self.cases.vectors { #expect(self.isClose(Cosine.similarity(one.a, one.b), one.cosine)) }
        for one in self.cases.samples {
            #expect(self.isClose(Quantiles.linear(one.values, 0.5), one.median))
            #expect(self.isClose(Quantiles.interquartileRange(one.values), one.interquartileRange))
        }
    }

    @Test("alignments, neighbours and two-sample distances of clouds")
    func clouds() throws {
        #expect(self.cases.clouds.count == 4)
        for one in self.cases.clouds {
            let x = try #require(Matrix(one.x))
            let y = try #require(Matrix(one.y))
            #expect(self.isClose(Alignment.linearCKA(x, y), one.cka))
            #expect(self.isClose(Alignment.unbiasedLinearCKA(x, y), one.unbiasedCKA))
            #expect(self.isClose(Neighbours.mutualOverlap(x, y, k: 3), one.neighbours3))
            #expect(self.isClose(Neighbours.mutualOverlap(x, y, k: 7), one.neighbours7))
            guard let disparity = one.procrustes, let energy = one.energy, let bandwidth = one.bandwidth,
                let discrepancy = one.meanDiscrepancy
            else { continue }
            #expect(self.isClose(Alignment.procrustes(x, y), disparity))
            #expect(self.isClose(TwoSample.energy(x, y), energy))
            #expect(self.isClose(TwoSample.medianBandwidth(x, y), bandwidth))
            #expect(self.isClose(TwoSample.meanDiscrepancy(x, y, sigmaSquared: bandwidth), discrepancy))
        }
    }

    @Test("edit distances, across the borders of blocks")
    func editDistances() {
        #expect(self.cases.texts.count == 28)
        for one in self.cases.texts {
            #expect(EditDistances.of(one.a, one.b) == one.edits)
            #expect(EditDistances.of(one.b, one.a) == one.edits)
        }
    }
}

enum EditDistances {
    static func of(_ first: String, _ second: String) -> Int {
        Array(first.utf8).withUnsafeBytes { first in
            Array(second.utf8).withUnsafeBytes { EditDistance.bytes(first, $0) }
        }
    }
}
