import Comparison
import Testing

/// Looked at after every value, at the very edge of what each hypothesis allows.
@Suite("Sequential tests err as seldom as they promise")
struct SequentialErrorRateTests {
    @Test("a mean exactly at the margin seldom passes, and seldom fails")
    func margin() {
        var streams = RandomStreams(seed: 1)
        var fails = 0
        let passes = share(of: 400) { _ in
            var test = MarginTest(margin: 0.01)
            for _ in 0..<2_000 { test.add(streams.difference(0.05, mean: 0.01)) }
            if test.fail.evidence.rejects(alpha: 0.05) { fails += 1 }
            return test.pass.evidence.rejects(alpha: 0.05)
        }
        #expect(passes.observed <= passes.allowed)
        #expect(Double(fails) / 400 <= passes.allowed)
        // It is no test that never decides.
        #expect(passes.observed > 0)
    }

    @Test("empirical-Bernstein bounds seldom ever miss the mean")
    func empiricalBernstein() {
        var streams = RandomStreams(seed: 2)
        let misses = share(of: 400) { _ in
            var sequence = EmpiricalBernsteinSequence(tuning: 0.025)
            var isMissed = false
            for _ in 0..<2_000 {
                // Mean 0.3, skewed.
                sequence.add(streams.chance(0.2) ? 0.5 + streams.unit() / 2 : streams.unit() * 0.375)
                let bounds = sequence.bounds(alpha: 0.05)
                isMissed = isMissed || bounds.lower > 0.3 || bounds.upper < 0.3
            }
            return isMissed
        }
        #expect(misses.observed <= misses.allowed)
    }

    @Test("bounds of a rate seldom ever miss it")
    func rates() {
        var streams = RandomStreams(seed: 3)
        let misses = share(of: 400) { _ in
            var sequence = BetaBinomialSequence()
            var isMissed = false
            for _ in 0..<1_000 {
                sequence.add(streams.chance(0.05))
                // The bounds are where this reaches 20.
                isMissed = isMissed || sequence.logE(against: 0.05) >= 2.9957322735539909
            }
            return isMissed
        }
        #expect(misses.observed <= misses.allowed)
        #expect(misses.observed > 0)
    }

    @Test("asymptotic bounds of skewed values seldom ever miss the mean")
    func asymptotic() {
        var streams = RandomStreams(seed: 4)
        let misses = share(of: 400) { _ in
            var sequence = AsymptoticSequence(expected: 1_000)
            var isMissed = false
            for _ in 0..<2_000 {
                let value = streams.normal()
                sequence.add(value + value * value / 4 - 0.25)
                isMissed = isMissed || sequence.upper(alpha: 0.05) < 0
            }
            return isMissed
        }
        #expect(misses.observed <= misses.allowed)
    }

    @Test("ranks seldom ever miss the quantile")
    func quantiles() throws {
        let sequence = try #require(QuantileSequence(quantile: 0.9, alpha: 0.05, expected: 1_000))
        let looks = stride(from: UInt64(10), through: 2_000, by: 10).map { ($0, sequence.ranks(count: $0)) }
        var streams = RandomStreams(seed: 5)
        let misses = share(of: 400) { _ in
            var (below, isMissed) = (UInt64(0), false)
            for (_, ranks) in looks {
                for _ in 0..<10 where streams.chance(0.9) { below += 1 }
                isMissed = isMissed || below < ranks.lower ?? 0 || below >= ranks.upper ?? .max
            }
            return isMissed
        }
        #expect(misses.observed <= misses.allowed)
        #expect(misses.observed > 0)
    }

    @Test("a fair sample is seldom ever taken for an unfair one")
    func ratios() throws {
        let fresh = try #require(SampleRatioTest(proportions: [0.1, 0.3, 0.6]))
        var streams = RandomStreams(seed: 6)
        let alarms = share(of: 400) { _ in
            var test = fresh
            for _ in 0..<1_000 {
                let place = streams.unit()
                test.add(place < 0.1 ? 0 : place < 0.4 ? 1 : 2)
            }
            return test.evidence.rejects(alpha: 0.05)
        }
        #expect(alarms.observed <= alarms.allowed)
    }

    @Test("clouds that could be swapped pair by pair are seldom ever told apart")
    func clouds() {
        var streams = RandomStreams(seed: 7)
        let alarms = share(of: 400) { _ in
            var test = WitnessBettingTest()
            for _ in 0..<300 {
                let input = streams.normals(4)
                let sides = [0, 1].map { _ in input.map { $0 * 2 + 0.3 * streams.normal() } }
                test.add(live: sides[0], candidate: sides[1])
            }
            return test.evidence.rejects(alpha: 0.05)
        }
        #expect(alarms.observed <= alarms.allowed)
    }
}
