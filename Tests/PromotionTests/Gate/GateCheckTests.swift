import Comparison
import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Checks of the gate, one by one")
struct GateCheckTests {
    // MARK: Tripwires

    @Test(
        "twenty pairs without one valid answer of the candidate end the trial; nineteen do not",
        arguments: [
            Leg.Outcome.error, .timeout, .invalid,
        ]
    )
    func tripwire(_ outcome: Leg.Outcome) {
        let reason = "the first 20 pairs all got an error or an invalid answer"
        var scene = GateScene(GatePolicy())
        scene.add(19, candidate: outcome)
        #expect(!scene.verdict().reasons.contains { $0.hasPrefix("the first") })
        scene.add(1, candidate: outcome)
        #expect(scene.verdict().decision == .reject && scene.verdict().reasons.first == reason)
        scene.add(100, candidate: .answered)
        #expect(scene.verdict().decision == .reject && scene.verdict().reasons.first == reason)
    }

    @Test("pairs in which both failed trip nothing")
    func bothFail() {
        var scene = GateScene(GatePolicy())
        scene.add(100, live: .error, candidate: .error)
        #expect(scene.verdict().decision == .hold)
    }

    @Test("invalid answers beyond doubt trip the wire long before their check has failed")
    func invalidRate() {
        var scene = GateScene(GatePolicy())
        for _ in 0..<15 {
            scene.add(99, candidate: .answered)
            scene.add(1, candidate: .invalid)
        }
        #expect(scene.check(.validity)?.state == .undecided)
        #expect(scene.verdict().decision == .reject)
        #expect(
            scene.verdict().reasons.first?.hasPrefix("1.00 % of the answers are invalid where live's are not") == true
        )
    }

    @Test("a wire of a check that only informs is not there", arguments: [GatePolicy.Enforcement.inform, .off])
    func noTripwire(_ enforcement: GatePolicy.Enforcement) {
        var scene = GateScene(GatePolicy().with(.validity, enforcement).with(.errors, .inform))
        scene.add(50, candidate: .invalid)
        #expect(scene.verdict().decision == .hold)
    }

    // MARK: Completeness and coverage

    @Test("lost requests hold the gate, those dropped for reasons that have nothing to do with them do not")
    func completeness() throws {
        var scene = GateScene(GatePolicy())
        scene.add(1_000, candidate: .answered)
        scene.input.counts.dropped = ["overload": 900, "candidate_not_ready": 50, "shutdown": 3, "queue_full": 10]
        #expect(scene.check(.dataQuality)?.state == .pass)
        scene.input.counts.dropped["candidate_hangs"] = 1
        let quality = try #require(scene.check(.dataQuality))
        let mean = try #require(quality.mean)
        #expect(quality.state == .undecided && abs(mean - 11.0 / 1_011) < 1e-12)
        #expect(
            quality.sentence
                == "1000 of 1011 mirrored requests became pairs (candidate_hangs 1, queue_full 10); 1.00 % may be lost"
        )
        #expect(scene.blocking(.undecided).contains(.dataQuality))
    }

    @Test("the trial must have covered the time the policy asks for")
    func coverageTime() throws {
        var scene = GateScene(GatePolicy(mode: .equivalence))
        scene.add(900)
        let coverage = try #require(scene.check(.coverage))
        #expect(coverage.state == .undecided && coverage.remaining == 1_000_000)
        #expect(coverage.sentence == "pairs over 15 min of 15 min that are asked for")
        scene.add(1)
        #expect(scene.check(.coverage)?.state == .pass)
    }

    @Test("a minimum of pairs that a policy sets for coverage counts")
    func coveragePairs() throws {
        var scene = GateScene(GateScene.small().with { $0.rules[.coverage]?.minimum = 300 })
        scene.add(100)
        let coverage = try #require(scene.check(.coverage))
        #expect(coverage.state == .undecided && coverage.needed == 300)
        #expect(coverage.sentence.hasSuffix(", 100 of 300 pairs") && (coverage.remaining ?? 0) > 190_000_000)
        scene.add(200)
        #expect(scene.check(.coverage)?.state == .pass)
    }

    // MARK: Noise

    @Test("while the live version answers differently itself, a distance that noise explains rejects nobody")
    func noise() {
        var scene = GateScene()
        scene.add(2_500, of: SimulatedTraffic(noise: 0.3))
        #expect(scene.input.evidence.isDeterministic == false)
        #expect(scene.verdict().decision != .reject)
        #expect(scene.check(.flips)?.sentence.hasPrefix("other classes beyond noise") == true)
    }

    @Test("of a version that is not known to be deterministic only pairs with a repeated answer can fail")
    func undecidedNoise() {
        var scene = GateScene()
        scene.add(150, of: SimulatedTraffic(flips: 0.5, noiseShare: 0))
        #expect(scene.check(.flips)?.state == .undecided && scene.check(.flips)?.count == 0)
        scene.add(250, of: SimulatedTraffic(flips: 0.5))
        #expect(scene.input.evidence.isDeterministic == true)
        #expect(scene.check(.flips)?.state == .fail && scene.check(.flips)?.count == 400)
    }

    @Test("a share has no bound below 0")
    func shares() throws {
        var scene = GateScene()
        scene.add(300)
        #expect(try #require(scene.check(.latencyMedian)?.lower) >= 0)
        #expect(try #require(scene.check(.flips)?.lower) >= 0)
        #expect(try #require(scene.check(.errors)?.lower) < 0)
    }

    // MARK: Latency and cost

    @Test("without times of a version asked again latency is open, and the sentence says what to do")
    func noBaseline() throws {
        var scene = GateScene()
        scene.add(300, of: SimulatedTraffic(noiseShare: 0))
        for check in [GateCheck.latencyMedian, .latencyTail, .cost] {
            let result = try #require(scene.check(check))
            #expect(result.state == .undecided && result.sentence.contains("`noise` above 0"))
        }
    }

    @Test("against the answers clients got, no version needs to be asked again")
    func liveBaseline() {
        var scene = GateScene(GateScene.small().with { $0.latencyBaseline = .live })
        scene.add(2_500, of: SimulatedTraffic(noiseShare: 0))
        #expect(scene.check(.latencyMedian)?.state == .pass && scene.check(.latencyTail)?.state == .pass)
    }

    @Test("run time has no bounds before 200 pairs, and then fails and passes by its ratio")
    func cost() throws {
        var scene = GateScene()
        scene.add(150, of: SimulatedTraffic(slower: 2))
        let early = try #require(scene.check(.cost))
        #expect(early.state == .undecided && early.lower == nil && early.upper == nil && early.needed == 200)
        #expect(abs(try #require(early.mean) - 2) < 0.3 && (early.remaining ?? 0) > 0)
        scene.add(1_000, of: SimulatedTraffic(slower: 2))
        let late = try #require(scene.check(.cost))
        #expect(late.state == .fail && (late.lower ?? 0) > 1.5 && late.enforcement == .inform)
        var same = GateScene()
        same.add(2_500)
        #expect(same.check(.cost)?.state == .pass)
    }

    @Test("times of any size leave a verdict that can be written and read")
    func extremeTimes() throws {
        var scene = GateScene()
        for id in 1...3 as ClosedRange<Int64> {
            var pair = Pair.sample(id: id, noise: 0)
            pair.candidate.nanoseconds = id == 1 ? .max : 0
            pair.noise?.nanoseconds = id == 1 ? 0 : .max
            let comparison = PairComparison(outputs: [], noise: [])
            scene.input.evidence.add(pair, comparison, repeats: true)
            scene.input.tests.add(GateObservation(pair, comparison))
        }
        let verdict = scene.verdict()
        #expect(Verdict(decoding: verdict.encoded()) == verdict)
    }

    @Test("evidence that was damaged and could be read leaves a verdict that can be written and read")
    func damagedEvidence() throws {
        var scene = GateScene()
        scene.add(60, of: SimulatedTraffic(flips: 0.1, loss: 0.1, segment: 0.5))
        let content = try BinarySeal.open(scene.input.tests.encoded(), kind: "TGAT", version: 1)
        var random = SeededRandom(seed: 3)
        var readable = 0
        for _ in 0..<600 {
            var changed = content
            let place = Int.random(in: 0..<changed.count, using: &random)
            changed[place] = UInt8.random(in: 0...255, using: &random)
            let sealed = BinarySeal.seal(changed, kind: "TGAT", version: 1)
            guard let tests = try? GateEvidence(decoding: sealed) else { continue }
            readable += 1
            scene.input.tests = tests
            #expect(!scene.verdict().encoded().isEmpty)
        }
        #expect(readable > 0)
    }

    // MARK: Segments

    @Test("segments that are small are not judged, and without any there is nothing to judge")
    func smallSegments() throws {
        var scene = GateScene()
        scene.add(50, candidate: .answered)
        #expect(scene.check(.segments)?.state == .absent)
        var small = GateScene()
        small.add(2_500, of: SimulatedTraffic(segment: 0.02, segmentFlips: 0.9))
        let segments = try #require(small.check(.segments))
        #expect(segments.state == .pass && segments.count == 1)
    }

    @Test("the worst segment is named with what is wrong in it")
    func worstSegment() throws {
        var scene = GateScene()
        scene.add(2_500, of: SimulatedTraffic(segment: 0.2, segmentFlips: 0.6))
        let segments = try #require(scene.check(.segments))
        #expect(segments.subject == "tenant=small" && segments.title == "C8 segments(tenant=small)")
        #expect(segments.sentence.hasPrefix("tenant=small: divergence "))
        #expect(segments.sentence.hasSuffix("20.0 % accepted for a segment"))
    }

    // MARK: After a promotion

    @Test("under watch the version that answers clients is accused, the standby is the witness")
    func watch() throws {
        var scene = GateScene(GateScene.small(), subject: .live)
        scene.add(300, live: .error, candidate: .answered)
        let gate = Promotion.Gate(scene.input.policy)
        let failed = gate.watch(scene.input).filter { $0.state == .fail }
        #expect(failed.map(\.check) == [.errors])
        #expect(Set(gate.watch(scene.input).map(\.check)) == [.validity, .errors, .latencyMedian, .latencyTail])
        var other = GateScene(GateScene.small(), subject: .live)
        other.add(300, candidate: .error)
        #expect(gate.watch(other.input).allSatisfy { $0.state != .fail })
    }

    @Test("what is taken back is the version that was live, with the check that failed")
    func takenBack() {
        var scene = GateScene(GateScene.small(), subject: .live)
        scene.add(300, live: .error, candidate: .answered)
        let gate = Promotion.Gate(scene.input.policy)
        let failed = gate.watch(scene.input).filter { $0.state == .fail }
        let verdict = gate.takenBack(scene.input, failed)
        #expect(verdict.decision == .reject && verdict.checks == failed)
        #expect(verdict.inputs.candidate == scene.input.release.live)
        #expect(verdict.inputs.live == scene.input.release.candidate)
        #expect(verdict.reasons.first?.hasPrefix("after its promotion, C2 errors: ") == true)
    }
}
