import Comparison
import Testing

/// Published and hand-checked values.
@Suite("Sequential tests of known cases")
struct SequentialReferenceTests {
    /// A stream that visits every hundredth of 0...1.
    private static let stream = (1...500).map { Double((37 * $0) % 101) / 100 }

    private func capital(_ margin: Double, _ bet: BettingCapital.Bet) -> Double {
        var test = BettingTest(margin: margin, alternative: .less, bet: bet)
        for value in Self.stream { test.add(value) }
        return test.evidence.log
    }

    @Test("a bet that a mean is less than a margin, by both ways of betting")
    func betting() {
        #expect(isClose(self.capital(0.55, .plugIn(alpha: 0.05)), 4.7073451465, relative: 1e-11))
        #expect(isClose(self.capital(0.55, .growth), 4.6221421401, relative: 1e-11))
    }

    @Test("empirical-Bernstein bounds of 500 values")
    func empiricalBernstein() {
        var sequence = EmpiricalBernsteinSequence(tuning: 0.025)
        for value in Self.stream { sequence.add(value) }
        let bounds = sequence.bounds(alpha: 0.05)
        #expect(isClose(bounds.lower, 0.4550321425, relative: 2e-10))
        #expect(isClose(bounds.upper, 0.5460738435, relative: 2e-10))
        #expect(isClose(sequence.mean, Self.stream.reduce(0, +) / 500))
    }

    @Test(
        "bounds of rates",
        arguments: [
            (0, 1_000, 0, 0.009856), (3, 1_000, 0.000069, 0.016418), (30, 1_000, 0.013743, 0.055318),
            (50, 10_000, 0.002536, 0.008690), (500, 10_000, 0.041660, 0.059324),
        ]
    )
    func rates(_ events: UInt64, _ trials: UInt64, _ lower: Double, _ upper: Double) {
        let bounds = BetaBinomialSequence(events: events, trials: trials).bounds(alpha: 0.05)
        #expect(isClose(bounds.lower, lower, absolute: 6e-7))
        #expect(isClose(bounds.upper, upper, absolute: 6e-7))
    }

    @Test(
        "trials that show a rate below a limit: without an event, and with half as many as the limit allows",
        arguments: [
            (0.05, 158, 936), (0.02, 451, 2_842), (0.01, 984, 5_898), (0.005, 2_127, 13_461),
            (0.001, 12_417, 74_719),
        ]
    )
    func trialsNeeded(_ limit: Double, _ withoutEvents: UInt64, _ withHalf: UInt64) {
        let upper = { (events: UInt64, trials: UInt64) in
            BetaBinomialSequence(events: events, trials: trials).upper(alpha: 0.05)
        }
        #expect(upper(0, withoutEvents) <= limit)
        #expect(upper(0, withoutEvents - 1) > limit)
        let half = { (trials: UInt64) in upper(UInt64((Double(trials) * limit / 2).rounded()), trials) }
        // Whole events let the bound cross the limit several times.
        #expect(half(withHalf) <= limit)
        #expect(half(withHalf * 9 / 10) > limit)
    }

    @Test(
        "half widths of asymptotic bounds",
        arguments: [
            (500, 0.1724032844), (1_000, 0.1063754701), (5_000, 0.0429243372), (20_000, 0.0221120362),
        ]
    )
    func asymptotic(_ count: Double, _ width: Double) {
        let ours = AsymptoticSequence.halfWidth(count: count, alpha: 0.05, expected: 5_000)
        #expect(isClose(ours, width, absolute: 6e-11))
    }

    @Test("half width of an asymptotic bound on one side")
    func asymptoticOneSided() {
        let ours = AsymptoticSequence.oneSidedHalfWidth(count: 5_000, alpha: 0.05, expected: 5_000)
        #expect(isClose(ours, 0.0393023276, absolute: 6e-11))
    }

    @Test(
        "ranks between which quantiles lie",
        arguments: [
            (0.99, 1_000, 977, nil), (0.99, 2_000, 1_964, 1_994), (0.99, 5_000, 4_927, 4_970),
            (0.99, 10_000, 9_868, 9_929), (0.99, 50_000, 49_428, 49_569), (0.5, 1_000, 440, 561),
        ] as [(Double, UInt64, UInt64, UInt64?)]
    )
    func ranks(_ quantile: Double, _ count: UInt64, _ lower: UInt64, _ upper: UInt64?) throws {
        let sequence = try #require(QuantileSequence(quantile: quantile, alpha: 0.05, expected: 10_000))
        let ranks = sequence.ranks(count: count)
        #expect(ranks.lower == lower)
        #expect(ranks.upper == upper)
    }

    @Test("the 99.9th percentile has no upper bound in the first few thousand values, and one in 10 000")
    func firstRanks() throws {
        let sequence = try #require(QuantileSequence(quantile: 0.999, alpha: 0.05, expected: 10_000))
        #expect(sequence.ranks(count: 5_000).upper == nil)
        #expect(sequence.ranks(count: 10_000).upper != nil)
    }

    @Test("ratios of samples", arguments: [(520, 480, -0.4731), (5_200, 4_800, 5.6136), (5_300, 4_700, 15.5240)])
    func ratios(_ one: UInt64, _ other: UInt64, _ log: Double) throws {
        var test = try #require(SampleRatioTest(proportions: [1, 1]))
        test.observe([one, other])
        #expect(isClose(test.evidence.log, log, absolute: 6e-5))
        #expect(isClose(test.evidence.p, min(1, 1 / test.evidence.value)))
    }

    @Test("e-BH of ten hypotheses")
    func families() {
        let values = [30, 100, 5, 2, 80, 1, 0.5, 0.2, 400, 3]
        #expect(EValues.rejected(values, alpha: 0.05) == [1, 4, 8])
    }

    @Test("an e-value of a p-value")
    func calibration() {
        #expect(isClose(EValues.calibrated(p: 0.0001), 50))
        #expect(EValues.calibrated(p: 1) == 0.5)
    }

    @Test("McNemar's exact test of 12 pairs against 3")
    func mcNemar() {
        #expect(isClose(BinomialTest.mcNemar(onlyFirst: 12, onlySecond: 3), 0.03515625))
        #expect(isClose(BinomialTest.mcNemar(onlyFirst: 3, onlySecond: 12), 0.03515625))
    }
}
