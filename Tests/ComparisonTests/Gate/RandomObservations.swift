import Comparison
import ServingCore
import TestSupport

/// Observations and feedback of every kind, the same from the same seed.
struct RandomObservations {
    private var random: SeededRandom
    private var id: Int64 = 1_700_000_000_000_000
    private var sequence: Int64 = 0

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    mutating func next() -> GateObservation {
        self.id += Int64.random(in: 1...1_000, using: &self.random)
        var observation = GateObservation(id: self.id, live: self.outcome(), candidate: self.outcome())
        observation.isTriple = self.chance(30)
        observation.liveNanoseconds = self.time()
        observation.candidateNanoseconds = self.time()
        if observation.isTriple { observation.repeatedNanoseconds = self.time() }
        observation.segments = [
            Segment(key: "tenant", value: "t\(Int.random(in: 0..<9, using: &self.random))"),
            Segment(key: "language", value: self.chance(50) ? "de" : "fr"),
        ]
        guard observation.live == .answered, observation.candidate == .answered else { return observation }
        observation.outputs = [self.output("scores", observation.isTriple, names: false)]
        if self.chance(90) {
            observation.outputs.insert(self.output("label", observation.isTriple, names: true), at: 0)
        }
        return observation
    }

    mutating func loss() -> PairLoss {
        self.sequence += 1
        return PairLoss(
            sequence: self.sequence,
            pair: self.id,
            live: self.chance(10) ? 1 : 0,
            candidate: Double.random(in: 0...1, using: &self.random),
            segments: [Segment(key: "tenant", value: "t1")]
        )
    }

    private mutating func output(_ name: String, _ isTriple: Bool, names: Bool) -> GateObservation.Output {
        GateObservation.Output(
            name: name,
            divergence: Double.random(in: 0...1, using: &self.random),
            flips: names ? self.chance(5) : nil,
            noise: isTriple ? Double.random(in: 0...0.2, using: &self.random) : nil,
            noiseFlips: isTriple && names ? self.chance(1) : nil
        )
    }

    private mutating func outcome() -> Leg.Outcome {
        let draw = Int.random(in: 0..<100, using: &self.random)
        return draw < 2 ? .error : draw < 4 ? .timeout : draw < 6 ? .invalid : .answered
    }

    private mutating func time() -> UInt64? {
        self.chance(5) ? nil : UInt64.random(in: 1...50_000_000, using: &self.random)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self.random) < percent }
}

extension GateEvidence {
    static func sample(_ subject: GateTerms.Subject = .candidate) -> GateEvidence {
        GateEvidence(GateTerms(GatePolicy(mode: .equivalence), subject: subject))
    }

    /// `count` observations, each third of them with feedback.
    mutating func add(_ count: Int, of observations: inout RandomObservations) {
        for place in 0..<count {
            self.add(observations.next())
            if place.isMultiple(of: 3) { self.add(observations.loss()) }
        }
    }
}
