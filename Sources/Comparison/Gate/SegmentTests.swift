package import ServingCore

/// The tests of one segment: is it worse than the whole may be, by the gate's factor?
package struct SegmentTests: Sendable, Equatable {
    package let segment: Segment
    package private(set) var pairs: UInt64 = 0
    /// 1 when the candidate failed and the live version did not, -1 the other way round.
    package private(set) var failures: MarginTest
    /// The largest divergence of any output.
    package private(set) var divergence: ExcessTest
    package private(set) var quality: MarginTest

    init(_ segment: Segment, _ terms: GateTerms) {
        self.segment = segment
        self.failures = MarginTest(margin: min(1, terms.errors * terms.segments))
        self.divergence = ExcessTest(margin: min(1, terms.divergence * terms.segments))
        self.quality = MarginTest(margin: min(1, terms.quality * terms.segments))
    }

    mutating func add(_ observation: GateObservation, _ harm: Harm) {
        self.pairs.countUp()
        self.failures.add(harm.failure)
        if let divergence = harm.divergence { self.divergence.add(divergence, noise: harm.noise) }
    }

    mutating func add(loss: Double) { self.quality.add(loss) }
}

/// What one pair adds to the tests that look at the pair as a whole.
struct Harm {
    /// Difference in errors and time-outs, in invalid answers, and in both together.
    var error: Double
    var invalid: Double
    var failure: Double { max(-1, min(1, self.error + self.invalid)) }
    /// Nil when the live version did not answer: then there is nothing to hold against.
    var divergence: Double?
    /// Nil when it was not measured.
    var noise: Double?

    init(_ observation: GateObservation, _ subject: GateTerms.Subject) {
        let (accused, witness) =
            subject == .candidate
            ? (observation.candidate, observation.live) : (observation.live, observation.candidate)
        self.error = (accused.isError ? 1 : 0) - (witness.isError ? 1 : 0)
        self.invalid = (accused == .invalid ? 1 : 0) - (witness == .invalid ? 1 : 0)
        guard observation.live == .answered else { return }
        self.divergence = observation.candidate == .answered ? observation.divergence : 1
        if observation.isTriple { self.noise = observation.noise }
    }
}

extension Leg.Outcome {
    var isError: Bool { self == .error || self == .timeout }
}

extension SegmentTests: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(self.segment.key)
        writer.write(self.segment.value)
        writer.write(self.pairs)
        self.failures.encode(into: &writer)
        self.divergence.encode(into: &writer)
        self.quality.encode(into: &writer)
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        let key = try reader.readText()
        self.segment = Segment(key: key, value: try reader.readText())
        self.pairs = try reader.readUnsigned()
        self.failures = try MarginTest(from: &reader)
        self.divergence = try ExcessTest(from: &reader)
        self.quality = try MarginTest(from: &reader)
    }
}
