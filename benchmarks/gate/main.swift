// What the gate costs: folding a million pairs into a release's evidence and tests, and one verdict of them.
// `TEAL_BENCHMARKS=1 swift run -c release GateBenchmark`
import Comparison
import Promotion
import ServingCore
import Trials

/// Pairs of two outputs that name a class: 1 in 200 flips, 1 in 10 is repeated.
struct Pairs {
    private var state: UInt64 = 1

    /// In 0..<1.
    private mutating func draw() -> Double {
        self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(self.state >> 11) * 0x1p-53
    }

    private mutating func leg() -> Leg {
        Leg(outcome: .answered, nanoseconds: UInt64(1_000_000 * (1 + self.draw())))
    }

    mutating func next(_ id: Int64) -> (Pair, PairComparison) {
        let flips = self.draw() < 0.005
        let pair = Pair(
            id: id * 1_000,
            release: 1,
            segments: [Segment(key: "label", value: "\(id % 10)")],
            inputs: [],
            live: self.leg(),
            candidate: self.leg(),
            noise: self.draw() < 0.1 ? self.leg() : nil
        )
        let noise = pair.noise.map { _ in [Self.output("probabilities", false), Self.output("label", false)] }
        let outputs = [Self.output("probabilities", flips), Self.output("label", flips)]
        return (pair, PairComparison(outputs: outputs, noise: noise))
    }

    private static func output(_ name: String, _ flips: Bool) -> OutputComparison {
        var output = OutputComparison(name: name, divergence: flips ? 0.6 : 0, diverged: flips)
        output.flip = flips
        return output
    }
}

func measure() {
    var policy = GatePolicy(mode: .equivalence)
    policy.minimumTime = 0
    let side = Release.Side(slot: .blue, version: 1, digest: "a")
    var input = GateInput(
        release: Release(id: 1, model: "digits", kind: .candidate, live: side, candidate: side),
        policy: policy,
        counts: ShadowCounts(),
        evidence: Evidence(),
        tests: GateEvidence(GateTerms(policy, subject: .candidate))
    )
    let count = 1_000_000
    let clock = ContinuousClock()
    var (evidence, tests) = (Duration.zero, Duration.zero)
    var pairs = Pairs()
    for id in 1...Int64(count) {
        let (pair, comparison) = pairs.next(id)
        let start = clock.now
        input.evidence.add(pair, comparison, repeats: pair.noise.map { _ in true })
        let middle = clock.now
        input.tests.add(GateObservation(pair, comparison))
        tests += clock.now - middle
        evidence += middle - start
    }
    input.counts.sampled = UInt64(count)
    input.counts.paired = UInt64(count)

    let gate = Promotion.Gate(policy)
    var verdicts: [Duration] = []
    for _ in 0..<101 {
        let start = clock.now
        _ = gate.verdict(input)
        verdicts.append(clock.now - start)
    }
    verdicts.sort()
    print("\(count) pairs folded into the gate's tests: \(tests); into the other evidence: \(evidence)")
    print("one verdict of them: median \(verdicts[50]), slowest of 101 \(verdicts[100])")
    print("stored: tests \(input.tests.encoded().count) bytes, evidence \(input.evidence.encoded().count) bytes")
}

measure()
