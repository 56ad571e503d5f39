import Comparison
import Testing

@Suite("Sequential tests: hostile input")
struct SequentialHostileTests {
    private static let numbers: [Double] = [
        .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
        -.leastNonzeroMagnitude, 0, -0.0, 1,
        -1,
        1e-17, 1 - 1e-16, 0.5, 2,
    ]

    @Test("bets against any margin stay numbers, whatever they are fed with")
    func betting() {
        for margin in Self.numbers {
            for alternative in [BettingCapital.Alternative.less, .greater] {
                for bet in [.growth] + Self.numbers.map({ BettingCapital.Bet.plugIn(alpha: $0) }) {
                    var test = BettingTest(margin: margin, alternative: alternative, bet: bet)
                    for _ in 0..<5 { for number in Self.numbers { test.add(number) } }
                    #expect(test.evidence.log.isFinite)
                    #expect(test.evidence.peakLog.isFinite)
                }
            }
        }
    }

    @Test("a margin that every value keeps to is never rejected", arguments: [0, -3, .nan, -.infinity] as [Double])
    func impossibleMargin(_ margin: Double) {
        var less = BettingTest(margin: margin, alternative: .less)
        var greater = BettingTest(margin: 1 - margin, alternative: .greater)
        for _ in 0..<5_000 {
            less.add(0)
            greater.add(1)
        }
        #expect(less.evidence.peakLog == 0)
        #expect(greater.evidence.peakLog == 0)
    }

    @Test("bounds stay in order and in range at any alpha")
    func bounds() {
        var means = EmpiricalBernsteinSequence(tuning: .nan)
        var times = AsymptoticSequence(expected: -.infinity)
        for _ in 0..<100 {
            for number in Self.numbers {
                means.add(number)
                times.add(number)
            }
        }
        let rates = [(0, 0), (5, 3), (.max, .max), (0, .max), (1, .max)].map {
            BetaBinomialSequence(events: $0, trials: $1)
        }
        for alpha in Self.numbers {
            for bounds in [means.bounds(alpha: alpha)] + rates.map({ $0.bounds(alpha: alpha) }) {
                #expect(bounds.lower <= bounds.upper)
                #expect((0...1).contains(bounds.lower) && (0...1).contains(bounds.upper))
            }
            let bounds = times.bounds(alpha: alpha)
            #expect(bounds.lower <= bounds.upper)
            #expect(times.lower(alpha: alpha) <= times.upper(alpha: alpha))
        }
    }

    @Test("nothing is known of no values")
    func empty() {
        #expect(EmpiricalBernsteinSequence().bounds(alpha: 0.05) == (0, 1))
        #expect(BetaBinomialSequence().bounds(alpha: 0.05) == (0, 1))
        #expect(AsymptoticSequence().bounds(alpha: 0.05) == (-.infinity, .infinity))
    }

    @Test("quantiles that are none are refused, and any number of values gives ranks among them or none")
    func quantiles() throws {
        for number in Self.numbers where !(number > 0 && number < 1) {
            #expect(QuantileSequence(quantile: number, alpha: 0.05) == nil)
            #expect(QuantileSequence(quantile: 0.5, alpha: number) == nil)
        }
        for quantile in [.leastNonzeroMagnitude, 1e-17, 0.5, 1 - 1e-16] {
            let sequence = try #require(QuantileSequence(quantile: quantile, alpha: 0.05))
            for count in [0, 1, 2, 1_000, 1 << 53, .max] as [UInt64] {
                let ranks = sequence.ranks(count: count)
                #expect(ranks.lower.map { (1...max(1, count)).contains($0) } ?? true)
                #expect(ranks.upper.map { (1...max(1, count)).contains($0) } ?? true)
            }
        }
    }

    @Test("proportions that are none are refused, and counts beyond counting are taken as many")
    func ratios() throws {
        for proportions in [[], [1], [0, 1], [-1, 2], [.nan, 1], [.infinity, 1], [.leastNonzeroMagnitude, 1e300]]
            as [[Double]]
        {
            #expect(SampleRatioTest(proportions: proportions) == nil)
        }
        var test = try #require(SampleRatioTest(proportions: [1, 3]))
        test.add(-1)
        test.add(2)
        test.observe([1, 2, 3])
        #expect(test.counts == [0, 0])
        test.add(0, count: .max)
        test.add(0, count: .max)
        test.observe([.max, .max])
        #expect(test.evidence.log.isFinite)
        #expect(test.evidence.p == 0)
    }

    @Test("e-values that are none count as no evidence")
    func eValues() {
        #expect(EValues.rejected([], alpha: 0.05) == [])
        #expect(EValues.rejected([.nan, .infinity, -1], alpha: 0.05) == [1])
        for alpha in Self.numbers where !(alpha > 0) { #expect(EValues.rejected([1e9], alpha: alpha) == []) }
        for p in Self.numbers {
            #expect(EValues.calibrated(p: p) >= 0)
            #expect(EValues.calibrated(p: 0.5, kappa: p) >= 0)
        }
    }

    @Test("exact tests of impossible counts and chances give chances")
    func binomials() {
        let counts: [UInt64] = [0, 1, 2, 1_000, 1 << 53, .max]
        for events in counts {
            for trials in counts {
                for chance in Self.numbers {
                    let tests = [
                        BinomialTest.twoSided(events: events, trials: trials, chance: chance),
                        BinomialTest.greater(events: events, trials: trials, chance: chance),
                        BinomialTest.less(events: events, trials: trials, chance: chance),
                    ]
                    #expect(tests.allSatisfy { (0...1).contains($0) })
                }
                #expect((0...1).contains(BinomialTest.mcNemar(onlyFirst: events, onlySecond: trials)))
                let interval = BinomialTest.interval(events: events, trials: trials, alpha: 0.05)
                #expect(0 <= interval.lower && interval.lower <= interval.upper && interval.upper <= 1)
            }
        }
    }
}
