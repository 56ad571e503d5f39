import Comparison
import Testing

/// How many pairs a decision takes; the figures are those of simulations with the same bets in numpy.
@Suite("Sequential tests decide after as many pairs as expected")
struct SequentialSizeTests {
    /// Median number of pairs after which a test of `alternative` rejects, over 61 streams; `limit` when it does not.
    private func median(
        _ alternative: BettingCapital.Alternative,
        _ discordance: Double,
        mean: Double,
        margin: Double,
        alpha: Double,
        limit: Int,
        seed: UInt64
    ) -> Int {
        var streams = RandomStreams(seed: seed)
        var counts: [Int] = []
        for _ in 0..<61 {
            var test = BettingTest(margin: (margin + 1) / 2, alternative: alternative)
            while test.count < UInt64(limit), !test.evidence.rejects(alpha: alpha) {
                test.add((streams.difference(discordance, mean: mean) + 1) / 2)
            }
            counts.append(Int(test.count))
        }
        return counts.sorted()[30]
    }

    private func passes(_ discordance: Double, margin: Double, limit: Int, seed: UInt64) -> Int {
        self.median(.less, discordance, mean: 0, margin: margin, alpha: 0.05, limit: limit, seed: seed)
    }

    private func fails(_ discordance: Double, mean: Double, margin: Double, limit: Int, seed: UInt64) -> Int {
        self.median(.greater, discordance, mean: mean, margin: margin, alpha: 0.05 / 8, limit: limit, seed: seed)
    }

    @Test(
        "two models that never differ pass after 1244 pairs at half a percent, after 620 at one",
        arguments: [(0.005, 1_244), (0.01, 620)]
    )
    func neverDiffer(_ margin: Double, _ count: UInt64) {
        var test = MarginTest(margin: margin)
        while test.passE < 20, test.count < 5_000 { test.add(0) }
        #expect(test.count == count)
    }

    @Test("two models that differ now and then pass")
    func pass() {
        #expect((950...1_650).contains(self.passes(0.02, margin: 0.01, limit: 6_000, seed: 11)))
        #expect((1_900...3_100).contains(self.passes(0.01, margin: 0.005, limit: 10_000, seed: 12)))
        #expect((650...1_150).contains(self.passes(0.05, margin: 0.02, limit: 6_000, seed: 13)))
    }

    @Test("a candidate with 3 % more wrong labels fails, and one with 1 % more invalid answers")
    func fail() {
        #expect((600...950).contains(self.fails(0.03, mean: 0.03, margin: 0.01, limit: 6_000, seed: 14)))
        #expect((2_900...4_400).contains(self.fails(0.01, mean: 0.01, margin: 0.005, limit: 10_000, seed: 15)))
    }

    @Test("a rate of 1 % is known to be above a thousandth, at an eighth of 5 %")
    func tripwire() {
        var streams = RandomStreams(seed: 16)
        var counts: [UInt64] = []
        for _ in 0..<61 {
            var sequence = BetaBinomialSequence()
            while sequence.trials < 5_000 {
                sequence.add(streams.chance(0.01))
                let isAbove = sequence.rate.map { $0 > 0.001 } ?? false
                if isAbove && sequence.logE(against: 0.001) >= 5.0751738152338266 { break }
            }
            counts.append(sequence.trials)
        }
        #expect((500...850).contains(counts.sorted()[30]))
    }
}
