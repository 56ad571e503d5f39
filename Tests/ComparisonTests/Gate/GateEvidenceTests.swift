import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Evidence of the gate")
struct GateEvidenceTests {
    private static let answered = GateObservation(
        id: 1,
        outputs: [.init(name: "label", divergence: 0, flips: false), .init(name: "scores", divergence: 0)]
    )

    private static func failed(_ outcome: Leg.Outcome = .error, isTriple: Bool = false) -> GateObservation {
        GateObservation(id: 2, candidate: outcome, isTriple: isTriple)
    }

    @Test("a missing answer of the candidate is the largest distance and another class, for every output")
    func missingAnswers() {
        var evidence = GateEvidence.sample()
        evidence.add(Self.answered)
        evidence.add(Self.failed())
        #expect(evidence.outputs.map(\.name) == ["label", "scores"])
        for output in evidence.outputs {
            #expect(output.divergence.distance.count == 2 && output.divergence.distance.mean == 0.5)
        }
        #expect(evidence.outputs.first?.flips?.distance.mean == 0.5)
        #expect(evidence.tail.distance.mean == 0.5)
    }

    @Test("answers that were missing before the first output was known count when it is, for distance and class")
    func missingBeforeFirst() {
        var evidence = GateEvidence.sample()
        for _ in 0..<3 { evidence.add(Self.failed()) }
        #expect(evidence.outputs.isEmpty)
        evidence.add(Self.answered)
        for output in evidence.outputs {
            #expect(output.divergence.distance.count == 4 && output.divergence.distance.mean == 0.75)
        }
        #expect(evidence.outputs.first?.flips?.distance.count == 4)
        #expect(evidence.outputs.first?.flips?.distance.mean == 0.75)
    }

    @Test("a class that is named for the first time after a missing answer has that one against it")
    func missingBeforeFirstClass() throws {
        var evidence = GateEvidence.sample()
        evidence.add(GateObservation(id: 1, outputs: [.init(name: "label", divergence: 0)]))
        evidence.add(Self.failed())
        evidence = try GateEvidence(decoding: evidence.encoded())
        evidence.add(Self.answered)
        let label = try #require(evidence.outputs.first)
        #expect(label.divergence.distance.count == 3 && label.flips?.distance.count == 2)
        #expect(label.flips?.distance.mean == 0.5)
    }

    @Test("where the live version did not answer there is nothing to hold against")
    func liveMissing() {
        var evidence = GateEvidence.sample()
        evidence.add(Self.answered)
        evidence.add(GateObservation(id: 2, live: .timeout))
        #expect(evidence.outputs.first?.divergence.distance.count == 1 && evidence.tail.distance.count == 1)
        #expect(evidence.errors.count == 2 && evidence.errors.mean == -0.5)
    }

    @Test("errors and time-outs are one difference, invalid answers another")
    func outcomes() {
        var evidence = GateEvidence.sample()
        for outcome in [Leg.Outcome.error, .timeout, .invalid, .answered] { evidence.add(Self.failed(outcome)) }
        #expect(evidence.errors.mean == 0.5 && evidence.validity.mean == 0.25)
        #expect(evidence.invalid == 1 && evidence.pairs == 4)
        evidence.add(GateObservation(id: 3, live: .invalid, candidate: .invalid))
        #expect(evidence.invalid == 1 && evidence.validity.count == 5)
    }

    @Test("failures at the very begin are counted until the first answer, and never again")
    func failedFromStart() {
        var evidence = GateEvidence.sample()
        for outcome in [Leg.Outcome.error, .invalid, .timeout] { evidence.add(Self.failed(outcome)) }
        #expect(evidence.failedFromStart == 3)
        evidence.add(Self.answered)
        evidence.add(Self.failed())
        #expect(evidence.failedFromStart == 3)
        var other = GateEvidence.sample()
        other.add(Self.answered)
        other.add(Self.failed())
        #expect(other.failedFromStart == 0)
    }

    @Test("after a promotion harm is what the live version does")
    func subjectLive() {
        var (before, after) = (GateEvidence.sample(), GateEvidence.sample(.live))
        let observation = GateObservation(
            id: 1,
            live: .answered,
            candidate: .error,
            candidateNanoseconds: 1_000_000,
            repeatedNanoseconds: 9_000_000
        )
        let loss = PairLoss(sequence: 1, pair: 1, live: 0, candidate: 1)
        before.add(observation)
        after.add(observation)
        before.add(loss)
        after.add(loss)
        #expect(before.errors.mean == 1 && after.errors.mean == -1)
        #expect(before.failedFromStart == 1 && after.failedFromStart == 0)
        #expect(before.quality.mean == 1 && after.quality.mean == -1)
        // Both as the mirrored leg ran them: 9 ms of the version that is live now against 1 ms.
        #expect(before.slower.mean == 0 && after.slower.mean == 1)
    }

    @Test(
        "slower is what ratio and slack do not explain",
        arguments: [(11_499_999, 0.0), (11_500_001, 1.0)] as [(UInt64, Double)]
    )
    func slower(_ nanoseconds: UInt64, _ expected: Double) {
        var evidence = GateEvidence.sample()
        // 1.05 times 10 ms, and 1 ms.
        evidence.add(
            GateObservation(id: 1, candidateNanoseconds: nanoseconds, repeatedNanoseconds: 10_000_000)
        )
        #expect(evidence.slower.count == 1 && evidence.slower.mean == expected)
    }

    @Test("the baseline of the policy decides which times are compared")
    func baseline() {
        var policy = GatePolicy()
        policy.latencyBaseline = .live
        var evidence = GateEvidence(GateTerms(policy, subject: .candidate))
        evidence.add(GateObservation(id: 1, liveNanoseconds: 10, candidateNanoseconds: 20))
        evidence.add(GateObservation(id: 2, candidateNanoseconds: 20, repeatedNanoseconds: 10))
        #expect(evidence.slower.count == 1)
    }

    @Test("noise is taken off where it was measured")
    func noise() throws {
        var evidence = GateEvidence.sample()
        evidence.add(
            GateObservation(
                id: 1,
                outputs: [.init(name: "label", divergence: 0.5, flips: true, noise: 0.25, noiseFlips: true)],
                isTriple: true
            )
        )
        evidence.add(GateObservation(id: 2, outputs: [.init(name: "label", divergence: 0.5, flips: true)]))
        let label = try #require(evidence.outputs.first)
        #expect(label.divergence.distance.count == 2 && label.divergence.distance.mean == 0.5)
        #expect(label.divergence.excess.count == 1 && label.divergence.excess.mean == 0.25)
        #expect(label.flips?.distance.mean == 1 && label.flips?.excess.mean == 0)
    }

    @Test("segments are bounded in number, by key and by value, and those that are known go on")
    func segmentsAreBounded() throws {
        var evidence = GateEvidence.sample()
        for key in 0..<20 {
            for value in 0..<80 {
                evidence.add(GateObservation(id: 1, segments: [Segment(key: "k\(key)", value: "v\(value)")]))
            }
        }
        #expect(evidence.segments.count == SegmentTable.keys * SegmentTable.values)
        evidence.add(GateObservation(id: 2, segments: [Segment(key: "k3", value: "v3")]))
        #expect(evidence.segments.first { $0.segment == Segment(key: "k3", value: "v3") }?.pairs == 2)
        #expect(try GateEvidence(decoding: evidence.encoded()) == evidence)
    }

    @Test("outputs are bounded in number")
    func outputsAreBounded() {
        var evidence = GateEvidence.sample()
        let outputs = (0..<400).map { GateObservation.Output(name: "o\($0)", divergence: 0) }
        evidence.add(GateObservation(id: 1, outputs: outputs))
        #expect(evidence.outputs.count == 256)
    }

    @Test("feedback that is in already is passed over")
    func repeatedFeedback() {
        var evidence = GateEvidence.sample()
        let losses = (1...5).map { PairLoss(sequence: $0, pair: $0, live: 0, candidate: 1) }
        for loss in losses + losses { evidence.add(loss) }
        #expect(evidence.quality.count == 5 && evidence.feedback == 5 && evidence.candidateLoss.count == 5)
        evidence.add(PairLoss(sequence: 3, pair: 9, live: 0, candidate: 1))
        #expect(evidence.quality.count == 5)
    }

    @Test("a segment's failures and losses are its own, against twice the margin")
    func segmentTests() throws {
        var evidence = GateEvidence.sample()
        let acme = Segment(key: "tenant", value: "acme")
        evidence.add(GateObservation(id: 1, candidate: .timeout, segments: [acme]))
        evidence.add(GateObservation(id: 2))
        evidence.add(PairLoss(sequence: 1, pair: 1, live: 0, candidate: 1, segments: [acme]))
        let segment = try #require(evidence.segments.first)
        #expect(evidence.segments.count == 1 && segment.pairs == 1)
        #expect(segment.failures.mean == 1 && segment.failures.margin == 0.01)
        #expect(segment.quality.mean == 1 && segment.quality.margin == 0.02 && segment.divergence.distance.mean == 1)
    }

    @Test("the answers themselves are learned from only where both versions gave numbers")
    func cloud() {
        var evidence = GateEvidence.sample()
        evidence.addAnswers(of: .sample(id: 1, live: 1, candidate: 2))
        #expect(evidence.cloudOutput == nil && evidence.cloud.count == 0)
        var pair = Pair.sample(id: 2)
        pair.live.outputs = [NamedTensor(name: "scores", tensor: .of(.fp32, [Float(0.1), 0.9]))]
        evidence.addAnswers(of: pair)
        #expect(evidence.cloudOutput == "scores" && evidence.cloud.count == 0)
        pair.candidate.outputs = pair.live.outputs
        evidence.addAnswers(of: pair)
        #expect(evidence.cloud.count == 1)
    }
}
