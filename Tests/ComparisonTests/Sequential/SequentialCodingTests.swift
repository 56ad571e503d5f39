import Comparison
import TestSupport
import Testing

@Suite("Sequential tests: kept form")
struct SequentialCodingTests {
    /// A fresh state, and what adds the next observation to it.
    private struct Subject<State: BinaryCodable & Equatable> {
        var fresh: State
        var add: (inout State, inout RandomStreams) -> Void
    }

    private func bytes(_ state: some BinaryCodable) -> [UInt8] {
        var writer = BinaryWriter()
        state.encode(into: &writer)
        return writer.bytes
    }

    private func decoded<State: BinaryCodable>(_ type: State.Type, _ bytes: [UInt8]) throws(BinaryDamage) -> State {
        var reader = BinaryReader(bytes)
        let state = try State(from: &reader)
        try reader.finish()
        return state
    }

    /// Goes on bit for bit after having been written and read; refuses cut bytes; takes what damaged bytes give, if anything.
    private func check<State>(_ subject: Subject<State>, damages: Int = 300) throws {
        var (whole, parts) = (subject.fresh, subject.fresh)
        var (first, second) = (RandomStreams(seed: 41), RandomStreams(seed: 41))
        for index in 0..<400 {
            subject.add(&whole, &first)
            subject.add(&parts, &second)
            if [0, 1, 7, 150, 399].contains(index) { parts = try self.decoded(State.self, self.bytes(parts)) }
        }
        #expect(whole == parts)
        let kept = self.bytes(whole)
        #expect(self.bytes(parts) == kept)
        for count in stride(from: 0, to: kept.count, by: max(1, kept.count / 50)) {
            #expect(throws: BinaryDamage.self) { try self.decoded(State.self, Array(kept.prefix(count))) }
        }
        for _ in 0..<damages {
            var damaged = kept
            let index = Int.random(in: 0..<damaged.count, using: &first.random)
            damaged[index] = UInt8.random(in: 0...255, using: &first.random)
            guard var state = try? self.decoded(State.self, damaged) else { continue }
            for _ in 0..<3 { subject.add(&state, &first) }
            _ = try self.decoded(State.self, self.bytes(state))
        }
    }

    @Test("bets on a mean, both ways and on both sides")
    func betting() throws {
        for (alternative, bet) in [(.less, .growth), (.greater, .plugIn(alpha: 0.01))]
            as [(BettingCapital.Alternative, BettingCapital.Bet)]
        {
            let fresh = BettingTest(margin: 0.4, alternative: alternative, bet: bet)
            try self.check(Subject(fresh: fresh) { $0.add($1.unit()) })
        }
    }

    @Test("bounds of a mean, of a rate, and of what has no bounds")
    func sequences() throws {
        try self.check(Subject(fresh: EmpiricalBernsteinSequence()) { $0.add($1.unit()) })
        try self.check(Subject(fresh: BetaBinomialSequence()) { $0.add($1.chance(0.1)) })
        try self.check(Subject(fresh: AsymptoticSequence(expected: 700)) { $0.add($1.normal()) })
    }

    @Test("ratios of samples")
    func ratios() throws {
        let fresh = try #require(SampleRatioTest(proportions: [1, 1, 1]))
        try self.check(Subject(fresh: fresh) { $0.add(Int($1.unit() * 3)) })
    }

    @Test("a margin, on one side and on both", arguments: [false, true])
    func margin(_ isEquivalence: Bool) throws {
        let fresh = MarginTest(margin: 0.013, isEquivalence: isEquivalence)
        try self.check(Subject(fresh: fresh) { $0.add($1.difference(0.1, mean: 0.01)) })
    }

    @Test("a witness of few dimensions, and of more than are kept", arguments: [3, 520])
    func witness(_ dimensions: Int) throws {
        let fresh = WitnessBettingTest()
        let subject = Subject(fresh: fresh) { test, streams in
            let live = (0..<dimensions).map { _ in streams.unit() }
            test.add(live: live, candidate: live.map { $0 + streams.unit() - 0.4 })
        }
        try self.check(subject, damages: dimensions > 100 ? 30 : 300)
    }

    @Test("what the smallest and the largest input leaves can be read again")
    func extremes() throws {
        var witness = WitnessBettingTest()
        for scale in [.leastNonzeroMagnitude, 1.5e-162, 1e-160, 1, 1e50] {
            for _ in 0..<100 { witness.add(live: [scale, scale], candidate: [0, -scale]) }
            #expect(try self.decoded(WitnessBettingTest.self, self.bytes(witness)) == witness)
        }
        var ratio = try #require(SampleRatioTest(proportions: [0.5, 0.5]))
        ratio.add(0, count: .max)
        ratio.add(0, count: .max)
        #expect(try self.decoded(SampleRatioTest.self, self.bytes(ratio)) == ratio)
        ratio.observe([.max, .max])
        #expect(try self.decoded(SampleRatioTest.self, self.bytes(ratio)) == ratio)
        var times = AsymptoticSequence()
        for value in [Double.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1, .nan] { times.add(value) }
        #expect(try self.decoded(AsymptoticSequence.self, self.bytes(times)) == times)
    }

    @Test("the state of a margin is small")
    func isSmall() {
        var test = MarginTest(margin: 0.01, isEquivalence: true)
        var streams = RandomStreams(seed: 42)
        for _ in 0..<5_000 { test.add(streams.difference(0.1, mean: 0.01)) }
        #expect(self.bytes(test).count < 128)
    }
}
