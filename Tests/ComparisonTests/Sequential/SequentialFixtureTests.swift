import Comparison
import Foundation
import Testing

/// Every sequence and test against what `Tests/oracles/sequential.py` had ville, scipy, statsmodels and mpmath compute.
@Suite("Sequential tests agree with ville, scipy, statsmodels and mpmath")
struct SequentialFixtureTests {
    private let cases: SequentialCases

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/sequential.json")
        self.cases = try JSONDecoder().decode(SequentialCases.self, from: Data(contentsOf: file))
    }

    @Test("bounds of means, along five streams")
    func empiricalBernstein() {
        #expect(self.cases.bounded.count == 5)
        for one in self.cases.bounded {
            var sequence = EmpiricalBernsteinSequence(tuning: 0.025)
            var looks = zip(self.cases.looks, zip(one.lower, one.upper)).makeIterator()
            var look = looks.next()
            for (index, value) in one.values.enumerated() {
                sequence.add(value)
                guard let expected = look, expected.0 == index + 1 else { continue }
                let bounds = sequence.bounds(alpha: 0.05)
                #expect(isClose(bounds.lower, expected.1.0))
                #expect(isClose(bounds.upper, expected.1.1))
                look = looks.next()
            }
            #expect(look == nil)
        }
    }

    @Test("bets on means, along five streams, against five margins on both sides")
    func betting() {
        for one in self.cases.bounded {
            #expect(one.bets.count == 10)
            for bet in one.bets {
                let alternative: BettingCapital.Alternative = bet.alternative == "less" ? .less : .greater
                var growth = BettingTest(margin: bet.margin, alternative: alternative)
                var plugIn = BettingTest(margin: bet.margin, alternative: alternative, bet: .plugIn(alpha: 0.05))
                for (index, value) in one.values.enumerated() {
                    growth.add(value)
                    plugIn.add(value)
                    guard let look = self.cases.looks.firstIndex(of: index + 1) else { continue }
                    #expect(isClose(growth.evidence.log, bet.growth[look], absolute: 1e-10))
                    #expect(isClose(plugIn.evidence.log, bet.plugIn[look], absolute: 1e-10))
                }
                #expect(isClose(growth.evidence.peakLog, bet.peak, absolute: 1e-10))
            }
        }
    }

    @Test("bounds of rates, of one trial to a billion")
    func rates() {
        #expect(self.cases.rates.count == 20)
        for one in self.cases.rates {
            let sequence = BetaBinomialSequence(events: one.events, trials: one.trials)
            let bounds = sequence.bounds(alpha: one.alpha)
            #expect(isClose(bounds.lower, one.lower, relative: 1e-6))
            #expect(isClose(bounds.upper, one.upper, relative: 1e-6))
            #expect(isClose(sequence.logE(against: one.against), one.logE))
        }
    }

    @Test("half widths of asymptotic bounds")
    func asymptotic() {
        #expect(self.cases.widths.count == 48)
        for one in self.cases.widths {
            let both = AsymptoticSequence.halfWidth(count: one.count, alpha: one.alpha, expected: one.expected)
            let single = AsymptoticSequence.oneSidedHalfWidth(
                count: one.count,
                alpha: one.alpha,
                expected: one.expected
            )
            #expect(isClose(both, one.twoSided))
            #expect(isClose(single, one.oneSided))
        }
    }

    @Test("ranks between which quantiles lie")
    func quantiles() throws {
        #expect(self.cases.quantiles.count == 64)
        for one in self.cases.quantiles {
            let sequence = try #require(
                QuantileSequence(quantile: one.quantile, alpha: one.alpha, expected: one.expected)
            )
            let ranks = sequence.ranks(count: one.count)
            #expect(ranks.lower == one.lower)
            #expect(ranks.upper == one.upper)
        }
    }

    @Test("ratios of samples, while they grow")
    func ratios() throws {
        #expect(self.cases.ratios.count == 8)
        for one in self.cases.ratios {
            var test = try #require(SampleRatioTest(proportions: one.proportions))
            for look in one.looks {
                test.observe(look.counts)
                #expect(isClose(test.evidence.log, look.log, absolute: 1e-8))
                #expect(isClose(test.evidence.p, look.p, relative: 1e-7))
            }
        }
    }

    @Test("families of e-values and calibrated p-values")
    func families() {
        #expect(self.cases.families.contains { !$0.rejected.isEmpty })
        for one in self.cases.families { #expect(EValues.rejected(one.e, alpha: one.alpha) == one.rejected) }
        for one in self.cases.calibrations { #expect(isClose(EValues.calibrated(p: one.p, kappa: one.kappa), one.e)) }
    }

    @Test("exact tests and bounds of rates, of one trial to a trillion")
    func binomials() {
        #expect(self.cases.binomials.count == 25)
        for one in self.cases.binomials {
            let (events, trials) = (one.events, one.trials)
            let twoSided = BinomialTest.twoSided(events: events, trials: trials, chance: one.chance)
            let greater = BinomialTest.greater(events: events, trials: trials, chance: one.chance)
            let less = BinomialTest.less(events: events, trials: trials, chance: one.chance)
            #expect(isClose(twoSided, one.twoSided))
            #expect(isClose(greater, one.greater))
            #expect(isClose(less, one.less))
            let interval = BinomialTest.interval(events: events, trials: trials, alpha: 0.05)
            #expect(isClose(interval.lower, one.lower, relative: 1e-6))
            #expect(isClose(interval.upper, one.upper, relative: 1e-6))
        }
    }

    @Test("McNemar's test")
    func mcNemar() {
        #expect(self.cases.pairs.count == 7)
        for one in self.cases.pairs {
            #expect(isClose(BinomialTest.mcNemar(onlyFirst: one.b, onlySecond: one.c), one.p))
        }
    }

    @Test("bets on a witness of two clouds")
    func clouds() {
        #expect(self.cases.clouds.count == 2)
        for one in self.cases.clouds {
            var test = WitnessBettingTest()
            for (live, candidate) in zip(one.live, one.candidate) { test.add(live: live, candidate: candidate) }
            #expect(test.count == UInt64(one.live.count))
            #expect(isClose(test.evidence.log, one.log))
            #expect(isClose(test.evidence.peakLog, one.peak))
        }
    }
}
