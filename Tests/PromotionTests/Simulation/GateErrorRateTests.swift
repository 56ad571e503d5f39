import Foundation
import Promotion
import ServingCore
import TestSupport
import Testing

/// The gate's own error rates, by simulation: 40 streams each, or as many as `TEAL_GATE_STREAMS` says (1,000 for the table
/// in docs/gate-error-rates.md). Allowed is what is promised, and three standard errors.
@Suite("Error rates of the gate")
struct GateErrorRateTests {
    private static let streams = ProcessInfo.processInfo.environment["TEAL_GATE_STREAMS"].flatMap(Int.init) ?? 40

    private struct Rates: CustomStringConvertible {
        var name: String
        var promoted = 0
        var rejected = 0
        var total = 0
        /// Pairs until the decision that most streams came to.
        var pairs: [Int] = []

        var median: Int { self.pairs.isEmpty ? 0 : self.pairs.sorted()[self.pairs.count / 2] }

        var description: String {
            "\(self.name): \(self.total) streams, promoted \(self.promoted), rejected \(self.rejected), "
                + "median \(self.median) pairs to a decision"
        }

        func share(_ count: Int) -> Double { Double(count) / Double(self.total) }

        /// What chance may add to a rate of 5 %.
        var allowance: Double { 0.05 + 3 * (0.05 * 0.95 / Double(self.total)).squareRoot() }
    }

    private func rates(
        _ name: String,
        _ traffic: SimulatedTraffic,
        _ mode: GatePolicy.Mode = .equivalence,
        pairs: Int = 10_000
    ) -> Rates {
        var policy = GatePolicy(mode: mode)
        policy.minimumTime = 0
        var rates = Rates(name: name)
        let stream = GateStream(traffic: traffic, policy: policy, pairs: pairs)
        for seed in 0..<Self.streams {
            let result = stream.run(seed: UInt64(seed) &+ 1)
            rates.total += 1
            if result.decision == .promote { rates.promoted += 1 }
            if result.decision == .reject { rates.rejected += 1 }
            if result.decision != .hold { rates.pairs.append(result.pairs) }
        }
        print(rates)
        return rates
    }

    @Test("A version against itself is promoted, hardly ever rejected, with and without noise")
    func itself() {
        let quiet = self.rates("A/A, deterministic, noise share 100 %", SimulatedTraffic())
        let noisy = self.rates("A/A, 1 % noise, noise share 100 %", SimulatedTraffic(noise: 0.01))
        for rates in [quiet, noisy] {
            #expect(rates.share(rates.rejected) <= rates.allowance, "\(rates)")
            #expect(rates.share(rates.promoted) >= 0.9 - 3 * (0.09 / Double(rates.total)).squareRoot(), "\(rates)")
        }
    }

    @Test(
        "A candidate exactly at a margin is hardly ever promoted",
        arguments: [
            ("flips", SimulatedTraffic(flips: 0.01), GatePolicy.Mode.equivalence),
            ("distance", SimulatedTraffic(distance: 0.02), .equivalence),
            ("invalid answers", SimulatedTraffic(invalid: 0.005), .equivalence),
            ("errors", SimulatedTraffic(errors: 0.005), .equivalence),
            ("quality", SimulatedTraffic(loss: 0.01), .noninferiority),
            ("p99", SimulatedTraffic(slowerTail: 1.125), .equivalence),
        ]
    )
    func margin(_ name: String, _ traffic: SimulatedTraffic, _ mode: GatePolicy.Mode) {
        let rates = self.rates("at the margin: \(name)", traffic, mode)
        #expect(rates.share(rates.promoted) <= rates.allowance, "\(rates)")
    }

    @Test(
        "Planted faults are rejected in time",
        arguments: [
            ("3 % flips", SimulatedTraffic(flips: 0.03), 10_000, 1_500),
            ("1 % invalid answers", SimulatedTraffic(invalid: 0.01), 10_000, 1_000),
            ("p99 30 % slower", SimulatedTraffic(slowerTail: 1.3), 10_000, 10_000),
            (
                "20 % flips in a segment of 5 %",
                SimulatedTraffic(segment: 0.05, segmentFlips: 0.2), 20_000, 20_000
            ),
        ]
    )
    func faults(_ name: String, _ traffic: SimulatedTraffic, _ pairs: Int, _ median: Int) {
        let rates = self.rates("planted: \(name)", traffic, pairs: pairs)
        #expect(rates.median <= median, "\(rates)")
        #expect(rates.share(rates.rejected) >= 0.5, "\(rates)")
    }
}
