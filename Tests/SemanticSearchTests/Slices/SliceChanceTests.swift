import Foundation
import SemanticSearch
import Testing

/// Where divergence has nothing to do with the request no slice may be confirmed.
struct SliceChanceTests {
    enum Divergence: CaseIterable {
        case uniform
        case small
        case flips
        case rareFlips

        func value(_ chance: Double) -> Double {
            switch self {
            case .uniform: chance
            case .small: 0.05 * chance * chance * chance
            case .flips: chance < 0.2 ? 1 : 0
            case .rareFlips: chance < 0.01 ? 1 : 0
            }
        }
    }

    @Test(arguments: Divergence.allCases)
    func `in at least 95 of 100 runs nothing is confirmed when divergence is by chance`(divergence: Divergence) {
        let runs = (0..<100).map { run in
            var traffic = SliceTraffic(seed: 1_000 + UInt64(run))
            let input = traffic.input(600) { _, chance in divergence.value(chance) }
            return SliceDiscovery(input).run().findings
        }
        #expect(runs.allSatisfy { $0.epoch == 1 && $0.divergence > 0 })
        #expect(runs.count { !$0.confirmed.isEmpty } <= 5)
    }

    @Test func `a direction fitted to noise proposes nothing`() {
        var traffic = SliceTraffic(seed: 13)
        let proposals = (0..<20).flatMap { _ in
            let pairs = (0..<600).map { SlicePair(id: $0, divergence: traffic.unit()) }
            let vectors = (0..<(600 * 64)).map { _ in Float(traffic.unit() - 0.5) }
            return SliceDiscovery(SliceInput(pairs: pairs, vectors: vectors, dimension: 64)).run().findings.slices
        }
        #expect(proposals.count <= 2)
    }

    @Test func `the test of two means seldom errs when they are equal, whenever one looks`() {
        var traffic = SliceTraffic(seed: 11)
        let errors = (0..<400).count { _ in
            let values = (0..<400).map { _ in traffic.unit() < 0.1 ? 1.0 : 0.1 * traffic.unit() }
            let looks = stride(from: 40, through: 400, by: 40).map { count in
                TwoMeansTest(
                    inside: (0..<count).filter { $0 % 5 == 0 }.map { values[$0] },
                    outside: (0..<count).filter { $0 % 5 != 0 }.map { values[$0] }
                )
            }
            return looks.contains { $0.logE >= 2.9957 }
        }
        #expect(errors <= 20)
    }

    @Test func `the bounds of an excess seldom miss it`() {
        var traffic = SliceTraffic(seed: 12)
        let misses = (0..<200).count { _ in
            let inside = (0..<60).map { _ in traffic.unit() < 0.3 ? 1.0 : 0 }
            let outside = (0..<300).map { _ in traffic.unit() < 0.1 ? 1.0 : 0 }
            let bounds = TwoMeansTest(inside: inside, outside: outside).bounds(alpha: 0.05)
            return !(bounds.lower...bounds.upper).contains(0.2)
        }
        #expect(misses <= 10)
    }

    @Test func `ten flips in a slice of fifty are enough where others hardly flip`() {
        let inside = (0..<50).map { $0 % 5 == 0 ? 1.0 : 0 }
        let outside = (0..<950).map { $0 % 100 == 0 ? 1.0 : 0 }
        #expect(TwoMeansTest(inside: inside, outside: outside).logE > 9)
        #expect(TwoMeansTest(inside: outside, outside: inside).logE < 0)
    }

    @Test func `capitals are what the gamblers make of their values`() {
        // Nine stakes of the mean .5, on 1 and on 0: factors 1 + s and 1 - s.
        let stakes = [0, 0x1p-6, 0x1p-5, 0x1p-4, 0x1p-3, 0x1p-2, 0.5, 0.75, 0.9375]
        let expected = stakes.reduce(0) { $0 + (1 + $1) * (1 - $1) } / 9
        let bets = MeanBets([1, 0])
        #expect(abs(exp(bets.logE(above: 0.5)) - expected) < 1e-12)
        #expect(abs(exp(bets.logE(below: 0.5)) - expected) < 1e-12)
        #expect(MeanBets([]).logE(above: 0.3) == 0)
    }
}
