import Comparison
import Glibc
import ServingCore
import TestSupport

/// Pairs of two versions of which everything is known: what each gate's verdict should be is known too.
struct SimulatedTraffic {
    /// Share of pairs in which the candidate names another class, beyond noise.
    var flips = 0.0
    /// Share in which live, asked again, names another class.
    var noise = 0.0
    /// Added to every distance, beyond noise.
    var distance = 0.0
    var invalid = 0.0
    var errors = 0.0
    /// Mean of candidate loss minus live loss, over pairs with feedback; nil: no feedback.
    var loss: Double?
    /// Factor on every time of the candidate, and on the slowest fiftieth alone.
    var slower = 1.0
    var slowerTail = 1.0
    /// Share of traffic in one segment, and of flips in it.
    var segment = 0.0
    var segmentFlips = 0.0
    /// Share of pairs in which live is asked again.
    var noiseShare = 1.0

    /// Standard deviation of the logarithm of times, and their median in nanoseconds.
    private static let spread = 0.3
    private static let median = 20_000_000.0
    private static let interval: Int64 = 1_000_000

    /// One pair with its comparison; `place` counts from 0.
    func pair(_ place: Int, _ random: inout SeededRandom) -> (Pair, PairComparison, loss: PairLoss?) {
        let isSegment = Double.random(in: 0..<1, using: &random) < self.segment
        let isTriple = Double.random(in: 0..<1, using: &random) < self.noiseShare
        let live = Leg(outcome: .answered, nanoseconds: self.time(&random))
        var candidate = Leg(outcome: self.outcome(&random), nanoseconds: self.candidateTime(&random))
        candidate.reason = candidate.outcome == .answered ? nil : "simulated"
        var pair = Pair(
            id: Int64(place + 1) * Self.interval,
            release: 1,
            segments: [Segment(key: "tenant", value: isSegment ? "small" : "large")],
            inputs: [],
            live: live,
            candidate: candidate
        )
        var comparison = PairComparison(outputs: [])
        let noiseFlips = Double.random(in: 0..<1, using: &random) < self.noise
        if isTriple {
            pair.noise = Leg(outcome: .answered, nanoseconds: self.time(&random))
            comparison.noise = [Self.output(flips: noiseFlips, distance: noiseFlips ? 1 : 0)]
        }
        if candidate.outcome == .answered {
            let share = self.noise + (isSegment ? max(self.flips, self.segmentFlips) : self.flips)
            let flips = Double.random(in: 0..<1, using: &random) < share
            comparison.outputs = [Self.output(flips: flips, distance: min(1, (flips ? 1 : 0) + self.distance))]
        }
        return (pair, comparison, self.feedback(place, &random))
    }

    private static func output(flips: Bool, distance: Double) -> OutputComparison {
        var output = OutputComparison(name: "label", divergence: distance, diverged: distance > 0)
        output.flip = flips
        return output
    }

    private func outcome(_ random: inout SeededRandom) -> Leg.Outcome {
        let draw = Double.random(in: 0..<1, using: &random)
        if draw < self.invalid { return .invalid }
        return draw < self.invalid + self.errors ? .timeout : .answered
    }

    private func time(_ random: inout SeededRandom) -> UInt64 {
        UInt64(Self.median * exp(Self.spread * Self.normal(&random)))
    }

    private func candidateTime(_ random: inout SeededRandom) -> UInt64 {
        let normal = Self.normal(&random)
        // The slowest fiftieth of a normal variable lies above 2.054.
        let factor = self.slower * (normal > 2.054 ? self.slowerTail : 1)
        return UInt64(Self.median * exp(Self.spread * normal) * factor)
    }

    /// Both sides are wrong at one request in ten; the candidate at `loss` more.
    private func feedback(_ place: Int, _ random: inout SeededRandom) -> PairLoss? {
        guard let loss else { return nil }
        let live = Double.random(in: 0..<1, using: &random) < 0.1 ? 1.0 : 0
        let worse = Double.random(in: 0..<1, using: &random) < abs(loss) / 0.9
        let candidate = live == 0 && worse && loss > 0 ? 1 : live
        return PairLoss(sequence: Int64(place + 1), pair: Int64(place + 1), live: live, candidate: candidate)
    }

    /// Box and Muller.
    private static func normal(_ random: inout SeededRandom) -> Double {
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
    }
}
