import TestSupport
import Testing
import Upstream

@Suite("TwoChoices")
struct TwoChoicesTests {
    @Test("without a candidate there is no choice, with one there is one")
    func few() {
        var random = SeededRandom(seed: 1)
        #expect(TwoChoices.pick(0, isCandidate: { _ in true }, load: { _ in 0 }, random: &random) == nil)
        #expect(TwoChoices.pick(5, isCandidate: { _ in false }, load: { _ in 0 }, random: &random) == nil)
        #expect(TwoChoices.pick(5, isCandidate: { $0 == 3 }, load: { _ in 0 }, random: &random) == 3)
    }

    @Test("of two the less loaded is always chosen")
    func two() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<100 {
            #expect(TwoChoices.pick(4, isCandidate: { $0 % 2 == 1 }, load: { -$0 }, random: &random) == 3)
        }
    }

    @Test("the most loaded is never chosen, and of equals each as often as another")
    func spread() {
        var random = SeededRandom(seed: 7)
        var counts = [0, 0, 0, 0, 0]
        for _ in 0..<10_000 {
            let chosen = TwoChoices.pick(5, isCandidate: { _ in true }, load: { $0 == 4 ? 1 : 0 }, random: &random)
            counts[chosen ?? 4] += 1
        }
        #expect(counts[4] == 0)
        for count in counts[..<4] { #expect((2_200...2_800).contains(count)) }
    }

    @Test("loads stay close together without asking all")
    func balance() {
        var random = SeededRandom(seed: 3)
        var loads = [Int](repeating: 0, count: 20)
        for _ in 0..<20_000 {
            let loaded = loads
            guard let chosen = TwoChoices.pick(20, isCandidate: { _ in true }, load: { loaded[$0] }, random: &random)
            else { continue }
            loads[chosen] += 1
        }
        #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= 8)
    }

    @Test("the same seed chooses alike")
    func seeded() {
        func choices(_ seed: UInt64) -> [Int?] {
            var random = SeededRandom(seed: seed)
            return (0..<50).map { _ in
                TwoChoices.pick(9, isCandidate: { _ in true }, load: { _ in 0 }, random: &random)
            }
        }
        #expect(choices(5) == choices(5))
        #expect(choices(5) != choices(6))
    }
}
