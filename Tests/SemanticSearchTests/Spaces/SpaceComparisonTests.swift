import Comparison
import Foundation
import SemanticSearch
import TestSupport
import Testing

/// Embeddings of the same items by two models.
struct SpaceComparisonTests {
    private var random = SeededRandom(seed: 41)

    private mutating func normal() -> Double {
        (0..<6).reduce(-3) { sum, _ in sum + Double.random(in: 0..<1, using: &self.random) }
    }

    private mutating func vectors(_ count: Int, _ dimension: Int) -> [[Double]] {
        (0..<count).map { _ in (0..<dimension).map { 0.3 + self.normal() / (1 + Double($0) / 4) } }
    }

    /// A rotation, as a product of random reflections.
    private mutating func rotated(_ rows: [[Double]]) -> [[Double]] {
        var rows = rows
        for _ in 0..<(2 * (rows.first?.count ?? 0)) {
            let mirror = (0..<(rows.first?.count ?? 0)).map { _ in self.normal() }
            let squares = mirror.reduce(0) { $0 + $1 * $1 }
            rows = rows.map { row in
                let part = 2 * zip(row, mirror).reduce(0) { $0 + $1.0 * $1.1 } / squares
                return zip(row, mirror).map { $0 - part * $1 }
            }
        }
        return rows
    }

    private static func report(_ live: [[Double]], _ candidate: [[Double]]) -> SpaceReport {
        let items = zip(live, candidate).enumerated().map {
            SpaceItem(id: Int64($0.offset), live: $0.element.0, candidate: $0.element.1)
        }
        return SpaceComparison(items: items).run()
    }

    @Test mutating func `a space that was only turned has all neighbours in common but no cosine`() throws {
        let live = self.vectors(200, 24)
        let report = Self.report(live, self.rotated(live))
        #expect(report.relation == .different)
        #expect(report.cosine == nil)
        #expect(try #require(report.mutualOverlap) > 0.999)
        #expect(try #require(report.worstRankBiasedOverlap) > 0.99)
        #expect(try #require(report.procrustes) < 1e-6)
        #expect(try #require(report.linearCKA).value > 0.9999)
    }

    @Test mutating func `the same space with some noise has a cosine`() throws {
        let live = self.vectors(200, 24)
        let candidate = live.map { row in row.map { $0 + 0.05 * self.normal() } }
        let report = Self.report(live, candidate)
        #expect(report.relation == .shared)
        #expect(try #require(report.cosine) > 0.98)
        #expect(try #require(report.mutualOverlap) > 0.6)
    }

    @Test mutating func `noise is told from a space`() throws {
        let report = Self.report(self.vectors(200, 24), self.vectors(200, 24))
        #expect(report.relation == .unrelated)
        #expect(report.cosine == nil)
        let (overlap, chance) = (try #require(report.mutualOverlap), try #require(report.chanceOverlap))
        #expect(overlap < 3 * chance)
    }

    @Test mutating func `other dimensions are another space`() throws {
        let live = self.vectors(200, 24)
        let report = Self.report(live, live.map { $0 + $0.reversed() })
        #expect(report.relation == .different)
        #expect(report.cosine == nil)
        #expect(report.procrustes == nil)
        #expect(report.liveDimension == 24 && report.candidateDimension == 48)
        #expect(try #require(report.mutualOverlap) > 0.999)
    }

    @Test mutating func `figures are those of the reference functions`() throws {
        let live = self.vectors(60, 8)
        let candidate = self.rotated(live).map { row in row.map { $0 + 0.3 * self.normal() } }
        let report = Self.report(live, candidate)
        let (x, y) = (try #require(Matrix(live)), try #require(Matrix(candidate)))
        let overlap = try #require(Neighbours.mutualOverlap(x, y, k: 10))
        #expect(abs(try #require(report.mutualOverlap) - overlap) < 1e-9)
        let disparity = try #require(Alignment.procrustes(x, y))
        #expect(abs(try #require(report.procrustes) - disparity) < 1e-9)
        let alignment = try #require(Alignment.linearCKA(x, y))
        let shown = try #require(report.linearCKA)
        #expect(abs(shown.value - alignment) < 1e-9)
        #expect(!shown.isUnbiased && shown.items == 60)
    }

    @Test mutating func `with no more items than dimensions CKA is the unbiased one`() throws {
        let live = self.vectors(30, 40)
        let candidate = live.map { row in row.map { $0 + 0.5 * self.normal() } }
        let shown = try #require(Self.report(live, candidate).linearCKA)
        let (x, y) = (try #require(Matrix(live)), try #require(Matrix(candidate)))
        #expect(shown.isUnbiased)
        // The items come in another order, which changes the last digits.
        #expect(abs(shown.value - (try #require(Alignment.unbiasedLinearCKA(x, y)))) < 1e-9)
    }

    @Test mutating func `items that went elsewhere are the worst`() throws {
        let live = self.vectors(300, 16)
        var candidate = self.rotated(live)
        // Far from where they were: to the other side.
        for item in 0..<5 { candidate[item] = candidate[item].map { -3 * $0 } }
        let report = Self.report(live, candidate)
        #expect(Set(report.worst.prefix(5).map(\.id)) == [0, 1, 2, 3, 4])
        let worst = try #require(report.worst.first)
        #expect(worst.overlap < 0.2)
        #expect(!worst.lost.isEmpty && !worst.gained.isEmpty)
        #expect(try #require(worst.residual) > 5 * (try #require(report.procrustes)))
    }

    @Test mutating func `what is no vector is left out, and too few items give no figures`() throws {
        var live = self.vectors(25, 6)
        live[0][0] = .nan
        live[1] = [1, 2]
        live[2] = [0, 0, 0, 0, 0, 0]
        live[3][1] = 1e200
        live[4] = []
        live[5][0] = .infinity
        let report = Self.report(live, live)
        #expect(report.items == 19 && report.skipped == 6)
        #expect(report.relation == .unknown)
        #expect(report.mutualOverlap == nil && report.worst.isEmpty)
        #expect(SpaceComparison(items: []).run().relation == .unknown)
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(SpaceReport.self, from: data) == report)
    }

    @Test mutating func `items that are all alike give figures without NaN`() throws {
        let same = Array(repeating: [1.0, 2, 3, 4], count: 40)
        let report = Self.report(same, same)
        #expect(report.procrustes == nil)
        #expect(report.linearCKA == nil)
        #expect(!(try JSONEncoder().encode(report)).isEmpty)
    }

    @Test mutating func `an item that is given twice counts once`() {
        let live = self.vectors(40, 6)
        let items = (live + live).enumerated().map {
            SpaceItem(id: Int64($0.offset % 40), live: $0.element, candidate: $0.element)
        }
        #expect(SpaceComparison(items: items).run().items == 40)
    }
}
