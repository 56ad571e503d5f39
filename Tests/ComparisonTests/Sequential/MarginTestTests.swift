import Comparison
import Testing

@Suite("Margin test: one bounded mean against one margin")
struct MarginTestTests {
    private func stream(_ count: Int, _ discordance: Double, mean: Double, seed: UInt64 = 21) -> [Double] {
        var streams = RandomStreams(seed: seed)
        return (0..<count).map { _ in streams.difference(discordance, mean: mean) }
    }

    @Test("it is the bets and the bounds of differences mapped to 0...1")
    func isMapped() {
        var test = MarginTest(margin: 0.02, isEquivalence: true)
        var pass = BettingTest(margin: 0.51, alternative: .less)
        var fail = BettingTest(margin: 0.51, alternative: .greater)
        var below = BettingTest(margin: 0.49, alternative: .greater)
        var sequence = EmpiricalBernsteinSequence(tuning: 0.05)
        for difference in self.stream(2_000, 0.1, mean: 0.01) {
            test.add(difference)
            pass.add((difference + 1) / 2)
            fail.add((difference + 1) / 2)
            below.add((difference + 1) / 2)
            sequence.add((difference + 1) / 2)
        }
        #expect(test.pass.evidence == pass.evidence)
        #expect(test.fail.evidence == fail.evidence)
        #expect(test.notBelow?.evidence == below.evidence)
        #expect(test.passE == min(pass.evidence.value, below.evidence.value))
        #expect(test.failE == fail.evidence.value)
        #expect(test.upper(alpha: 0.05) == 2 * sequence.upper(alpha: 0.05) - 1)
        #expect(test.bounds(alpha: 0.1).lower == test.lower(alpha: 0.05))
    }

    @Test("count, mean and variance are those of the differences")
    func moments() {
        let values = self.stream(500, 0.3, mean: 0.1)
        var test = MarginTest(margin: 0.01)
        #expect(test.mean == 0 && test.variance == 0)
        for value in values { test.add(value) }
        let mean = values.reduce(0, +) / 500
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 499
        #expect(test.count == 500)
        #expect(isClose(test.mean, mean))
        #expect(isClose(test.variance, variance))
    }

    @Test("equivalence does not pass on one side alone")
    func equivalence() {
        var test = MarginTest(margin: 0.02, isEquivalence: true)
        for difference in self.stream(3_000, 0.2, mean: -0.1) { test.add(difference) }
        #expect(test.pass.evidence.value > 1e6)
        #expect(test.passE < 1)
        #expect(test.expected(alpha: 0.05) == nil)
    }

    @Test("what is needed in all is what narrows the upper bound to the margin")
    func needed() throws {
        var test = MarginTest(margin: 0.02)
        #expect(test.needed(alpha: 0.05) == nil)
        for difference in self.stream(400, 0.1, mean: 0) { test.add(difference) }
        let width = test.upper(alpha: 0.05) - test.mean
        let expected = 400 * (width / (0.02 - test.mean)) * (width / (0.02 - test.mean))
        #expect(test.needed(alpha: 0.05) == UInt64(expected.rounded(.up)))
    }

    @Test("nothing is needed that would not help: the mean is above the margin")
    func neededNever() {
        var test = MarginTest(margin: 0.01)
        for difference in self.stream(400, 0.2, mean: 0.1) { test.add(difference) }
        #expect(test.needed(alpha: 0.05) == nil)
        #expect(test.expected(alpha: 0.05) == nil)
    }

    @Test("after a quarter of the pairs, when the bet will pass is known within a quarter")
    func expected() throws {
        var test = MarginTest(margin: 0.005)
        for _ in 0..<311 { test.add(0) }
        let expected = try #require(test.expected(alpha: 0.05))
        #expect((933...1_555).contains(expected))
        while test.passE < 20 { test.add(0) }
        #expect(test.expected(alpha: 0.05) == test.count)
        let width = try #require(test.needed(alpha: 0.05))
        #expect(width > test.count)
    }

    @Test("no number is a full loss, and what lies outside counts as the nearest end")
    func hostile() {
        let pairs: [(Double, Double)] = [(.nan, 1), (.infinity, 1), (-.infinity, -1), (7, 1), (-1.5, -1)]
        for (hostile, tame) in pairs {
            var (one, other) = (MarginTest(margin: 0.01), MarginTest(margin: 0.01))
            one.add(hostile)
            other.add(tame)
            #expect(one == other)
        }
    }

    @Test("a margin that is no number lets nothing pass")
    func noMargin() {
        var test = MarginTest(margin: .nan)
        for _ in 0..<3_000 { test.add(-1) }
        #expect(test.passE <= 1)
    }
}
