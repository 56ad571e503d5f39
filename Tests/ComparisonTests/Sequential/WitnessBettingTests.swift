import Comparison
import Glibc
import Testing

@Suite("Witness betting: two clouds of vectors")
struct WitnessBettingTests {
    private func run(_ count: Int, seed: UInt64, _ pair: (inout RandomStreams) -> ([Double], [Double]))
        -> WitnessBettingTest
    {
        var streams = RandomStreams(seed: seed)
        var test = WitnessBettingTest()
        for _ in 0..<count {
            let (live, candidate) = pair(&streams)
            test.add(live: live, candidate: candidate)
        }
        return test
    }

    private func distance(_ one: [Double], _ other: [Double]) -> Double {
        zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    @Test("a shift of style is seen although answers are no further apart than two of the live model's")
    func styleShift() {
        var streams = RandomStreams(seed: 31)
        var test = WitnessBettingTest()
        // Divergence from the live answer beyond that of a second live answer, as a check of the mean would have it.
        var divergence = MarginTest(margin: 0.02)
        for _ in 0..<1_500 {
            let input = streams.normals(16)
            let live = input.map { $0 + 0.3 * streams.normal() }
            let again = input.map { $0 + 0.3 * streams.normal() }
            let candidate = input.map { $0 + 0.05 + 0.289 * streams.normal() }
            test.add(live: live, candidate: candidate)
            divergence.add(self.distance(live, candidate) / 5 - self.distance(live, again) / 5)
        }
        #expect(test.evidence.rejects(alpha: 0.001))
        #expect(divergence.passE > 20)
    }

    @Test("more confident answers are seen although no class becomes more likely")
    func confidence() {
        let test = self.run(400, seed: 32) { streams in
            let scores = streams.normals(5)
            let softmax = { (sharpness: Double, noise: [Double]) in
                let powers = zip(scores, noise).map { exp(sharpness * ($0 + 0.05 * $1)) }
                return powers.map { $0 / powers.reduce(0, +) }
            }
            return (softmax(2, streams.normals(5)), softmax(2.2, streams.normals(5)))
        }
        #expect(test.evidence.rejects(alpha: 0.001))
    }

    @Test("rare answers that always change to the same are seen among equal ones")
    func rareFlips() {
        let test = self.run(3_000, seed: 33) { streams in
            var live = [0.0, 0, 0, 0]
            live[Int(streams.unit() * 4)] = 1
            return (live, streams.chance(0.03) ? [0, 0, 0, 1] : live)
        }
        #expect(test.evidence.rejects(alpha: 0.05))
    }

    @Test("a shift is seen in vectors of more dimensions than are kept")
    func manyDimensions() {
        let test = self.run(80, seed: 34) { streams in
            let input = streams.normals(800)
            return (input, input.enumerated().map { $1 + 0.3 * streams.normal() + ($0 % 3 == 0 ? 0.1 : -0.1) })
        }
        #expect(test.evidence.rejects(alpha: 0.001))
    }

    @Test("equal vectors neither win nor lose, and are counted")
    func equal() {
        let test = self.run(100, seed: 35) { streams in
            let vector = streams.normals(3)
            return (vector, vector)
        }
        #expect(test.count == 100)
        #expect(test.evidence == EProcess())
    }

    @Test("which side is called live does not matter")
    func isSymmetric() {
        let pair = { (streams: inout RandomStreams) in (streams.normals(6), streams.normals(6).map { $0 + 0.2 }) }
        let one = self.run(300, seed: 36, pair)
        let other = self.run(300, seed: 36) { streams in
            let (live, candidate) = pair(&streams)
            return (candidate, live)
        }
        #expect(isClose(one.evidence.log, other.evidence.log))
        #expect(one.evidence.log != 0)
    }

    @Test("pairs that cannot be compared are left out and counted")
    func skips() {
        var test = WitnessBettingTest()
        test.add(live: [.nan, 0], candidate: [0, 0])
        test.add(live: [], candidate: [])
        test.add(live: [1, 2, 3], candidate: [1, 2, 4])
        let before = test
        for bad in [[1, 2], [1, 2, .nan], [1, 2, .infinity], [1, 2, 1e51], []] {
            test.add(live: [1, 2, 3], candidate: bad)
            test.add(live: bad, candidate: [1, 2, 3])
        }
        #expect(test.count == 1)
        #expect(test.skipped == before.skipped + 10)
        #expect(test.evidence == before.evidence)
    }

    @Test("vectors of every size, from denormal to the largest, leave numbers")
    func extremes() {
        var test = WitnessBettingTest()
        for round in 0..<200 {
            for scale in [1e50, .leastNonzeroMagnitude, 1e-162, 1, 1e25] {
                let sign = round % 3 == 0 ? -1.0 : 1
                test.add(live: [scale, sign * scale, 0], candidate: [0, scale * 0.5, -scale])
            }
        }
        #expect(test.evidence.log.isFinite)
        #expect(test.count == 1_000)
    }
}
