import Comparison
import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Decisions of the gate")
struct GateDecisionTests {
    @Test("a version against itself is promoted in mode equivalence, by all blocking checks")
    func itself() {
        var scene = GateScene()
        scene.add(2_500)
        let verdict = scene.verdict()
        #expect(verdict.decision == .promote, "\(verdict.reasons)")
        let blocking = verdict.checks.filter { $0.enforcement == .block }
        #expect(blocking.allSatisfy { $0.state == .pass || $0.state == .absent })
        #expect(verdict.reasons == ["all \(blocking.count { $0.state == .pass }) blocking checks passed"])
        #expect(
            Set(blocking.map(\.check)).isSuperset(of: [.dataQuality, .validity, .errors, .divergence, .flips, .tail])
        )
    }

    @Test("before the first pair the gate holds, and every check says how many it wants")
    func nothing() throws {
        let scene = GateScene(GatePolicy(mode: .equivalence))
        let verdict = scene.verdict()
        #expect(verdict.decision == .hold && verdict.inputs.from == nil && verdict.inputs.until == nil)
        #expect(verdict.reasons.count == scene.blocking(.undecided).count && verdict.reasons.allSatisfy { !$0.isEmpty })
        let errors = try #require(scene.check(.errors))
        #expect(errors.needed == 1_000 && errors.remaining == nil && errors.mean == nil)
        #expect(errors.sentence == "errors and time-outs: nothing seen yet; needs 1000")
        #expect(scene.check(.divergence)?.sentence == "no output has been compared yet")
    }

    @Test("at the beginning the gate holds, with reasons, with what is needed and how long that takes")
    func beginning() throws {
        var scene = GateScene(GatePolicy(mode: .equivalence))
        scene.add(100)
        let verdict = scene.verdict()
        #expect(verdict.decision == .hold)
        let errors = try #require(scene.check(.errors))
        #expect(verdict.reasons.contains("C2 errors: \(errors.sentence)"))
        let needed = try #require(errors.needed)
        #expect(needed >= 1_000 && errors.count == 100)
        // One pair a second.
        let remaining = try #require(errors.remaining)
        #expect(abs(Double(remaining) / 1e6 - Double(needed - 100)) < 0.02 * Double(needed))
        #expect(errors.sentence.contains("about \(needed - 100) more needed"))
    }

    @Test("a check that needs longer than the budget is called futile")
    func futile() throws {
        var scene = GateScene(GatePolicy(mode: .equivalence).with { $0.budget = 60_000_000 })
        scene.add(100)
        #expect(try #require(scene.check(.errors)).sentence.hasSuffix(": futile within 60 s"))
    }

    @Test("a mean beyond the margin that is not shown yet is unlikely to pass, and nothing is said to be needed")
    func unlikely() throws {
        var scene = GateScene(GatePolicy(mode: .equivalence))
        scene.add(40)
        scene.add(1, candidate: .error)
        let errors = try #require(scene.check(.errors))
        #expect(errors.state == .undecided && errors.needed == nil && errors.remaining == nil)
        #expect(errors.sentence.hasSuffix("unlikely to pass at this margin"))
        #expect(scene.verdict().decision == .hold)
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        var check: GateCheck
        var traffic: SimulatedTraffic
        var mode = GatePolicy.Mode.equivalence
        var testDescription: String { self.check.rawValue }
    }

    static let faults: [Fault] = [
        Fault(check: .validity, traffic: SimulatedTraffic(invalid: 0.3)),
        Fault(check: .errors, traffic: SimulatedTraffic(errors: 0.3)),
        Fault(check: .divergence, traffic: SimulatedTraffic(distance: 0.3)),
        Fault(check: .flips, traffic: SimulatedTraffic(flips: 0.3)),
        Fault(check: .tail, traffic: SimulatedTraffic(distance: 0.6)),
        Fault(check: .quality, traffic: SimulatedTraffic(loss: 0.3), mode: .noninferiority),
        Fault(check: .latencyMedian, traffic: SimulatedTraffic(slower: 2)),
        Fault(check: .latencyTail, traffic: SimulatedTraffic(slower: 5)),
        Fault(check: .segments, traffic: SimulatedTraffic(segment: 0.2, segmentFlips: 0.6)),
    ]

    @Test("each check can fail, and then rejects, with its reason", arguments: faults)
    func fails(_ fault: Fault) throws {
        var scene = GateScene(GateScene.small(fault.mode))
        scene.add(2_500, of: fault.traffic)
        let check = try #require(scene.verdict().checks.first { $0.check == fault.check && $0.state == .fail })
        #expect(scene.verdict().decision == .reject)
        #expect(scene.verdict().reasons.contains("\(check.title): \(check.sentence)"))
        #expect((check.lower ?? .infinity) > check.margin ?? .infinity || check.failEvidence ?? 0 > 5)
    }

    // Segments look at divergence only where it blocks.
    @Test(
        "the same check that only informs fails and blocks nothing",
        arguments: faults.filter { $0.check != .segments }
    )
    func informs(_ fault: Fault) throws {
        // What else notices the fault informs as well.
        var policy = GateScene.small(fault.mode)
        for check in GateCheck.allCases where check != .dataQuality { policy.rules[check]?.enforcement = .inform }
        var scene = GateScene(policy)
        scene.add(2_500, of: fault.traffic)
        #expect(scene.verdict().checks.contains { $0.check == fault.check && $0.state == .fail })
        #expect(scene.verdict().decision == .promote)
        #expect(scene.verdict().reasons == ["all 1 blocking checks passed"])
    }

    @Test("a check that is off disappears", arguments: GateCheck.allCases)
    func off(_ check: GateCheck) {
        var scene = GateScene(GateScene.small().with(check, .off))
        scene.add(30)
        #expect(scene.check(check) == nil)
        #expect(Set(scene.verdict().checks.map(\.check)) == Set(GateCheck.allCases).subtracting([check]))
    }

    @Test("checks come in their order, then by output")
    func order() {
        var scene = GateScene()
        scene.input.tests.add(
            GateObservation(id: 1, outputs: ["b", "a", "c"].map { .init(name: $0, divergence: 0, flips: false) })
        )
        let checks = scene.verdict().checks
        #expect(checks.map(\.check) == checks.map(\.check).sorted())
        #expect(checks.filter { $0.check == .flips }.map(\.subject) == ["a", "b", "c"])
    }

    @Test("without labels mode noninferiority holds for them alone, and promotes when it is told that none will come")
    func unlabelled() {
        var scene = GateScene(GateScene.small(.noninferiority))
        scene.add(2_500)
        let verdict = scene.verdict()
        #expect(verdict.decision == .hold && scene.blocking(.undecided) == [.quality])
        #expect(verdict.reasons.count == 1 && verdict.reasons[0].contains("`acceptUnlabelled: true`"))
        scene.input.policy.acceptsUnlabelled = true
        #expect(scene.verdict().decision == .promote && scene.check(.quality)?.state == .absent)
    }

    @Test("with labels mode noninferiority promotes a candidate that answers differently, but not worse")
    func labelled() {
        var scene = GateScene(GateScene.small(.noninferiority))
        scene.add(2_500, of: SimulatedTraffic(flips: 0.3, loss: 0))
        #expect(scene.verdict().decision == .promote, "\(scene.verdict().reasons)")
        #expect(
            scene.verdict().checks.contains { $0.check == .flips && $0.state == .fail && $0.enforcement == .inform }
        )
    }

    @Test("an earlier rejection stands whatever is seen now, and is named")
    func sticky() {
        var scene = GateScene()
        scene.add(2_500)
        let verdict = scene.verdict(rejection: .sample(.reject))
        #expect(verdict.decision == .reject)
        #expect(verdict.reasons.first?.contains("verdict 7") == true)
    }

    @Test("the same evidence and policy give the same bytes, also after the evidence was written and read back")
    func sameBytes() throws {
        var scene = GateScene()
        scene.add(400, of: SimulatedTraffic(flips: 0.05, noise: 0.01, invalid: 0.01, loss: 0.01, segment: 0.3))
        let bytes = scene.verdict().encoded()
        var again = scene
        again.input.tests = try GateEvidence(decoding: scene.input.tests.encoded())
        again.input.evidence = try Evidence(decoding: scene.input.evidence.encoded())
        #expect(again.verdict().encoded() == bytes)
        #expect(Verdict(decoding: bytes) == scene.verdict())
        scene.add(1)
        #expect(scene.verdict().encoded() != bytes)
    }

    @Test("a verdict can be made after a million pairs, and is hardly larger than after ten")
    func million() {
        var scene = GateScene()
        scene.add(10, candidate: .answered)
        let early = scene.verdict().encoded().count
        for id in 11...1_000_000 as ClosedRange<Int64> { scene.input.tests.add(GateObservation(id: id)) }
        let verdict = scene.verdict()
        #expect(verdict.inputs.pairs == 1_000_000)
        #expect(verdict.checks.first { $0.check == .errors }?.state == .pass)
        #expect(verdict.encoded().count < early + 1_000)
    }
}
