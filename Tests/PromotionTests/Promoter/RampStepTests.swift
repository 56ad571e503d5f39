import Promotion
import ServingCore
import TestSupport
import Testing

@Suite("Steps of a ramp")
struct RampStepTests {
    private static let split = SplitSettings(share: 0.05, ramp: [0.25, 1], stepTime: 600, stepBegan: 1_000)

    private static func checks(
        validity: CheckResult.State = .pass,
        errors: CheckResult.State = .pass,
        other: CheckResult.State = .undecided
    ) -> [CheckResult] {
        [(GateCheck.validity, validity), (.errors, errors), (.quality, other)].map { check, state in
            CheckResult(check, state: state, enforcement: .block, sentence: "as the test says")
        }
    }

    private func step(
        _ split: SplitSettings = split,
        _ decision: Verdict.Decision = .hold,
        _ checks: [CheckResult] = checks(),
        at now: Int64 = 1_600
    ) -> RampStep {
        RampStep(split, decision: decision, checks: checks, now: now)
    }

    @Test("it goes on when its time is over and validity and errors pass, whatever else is open")
    func advance() {
        #expect(self.step() == .advance(0.25))
        #expect(self.step(Self.split, .promote) == .advance(0.25))
    }

    @Test("it stays until its time is over, and when the clock was set back")
    func time() {
        #expect(self.step(at: 1_599) == .stay)
        #expect(self.step(at: 0) == .stay)
        #expect(self.step(SplitSettings(share: 0.1, ramp: [1], stepTime: 1, stepBegan: .min), at: .max) == .stay)
    }

    @Test("it stays while validity or errors are open")
    func open() {
        #expect(self.step(Self.split, .hold, Self.checks(validity: .undecided)) == .stay)
        #expect(self.step(Self.split, .hold, Self.checks(errors: .undecided)) == .stay)
    }

    @Test("it stays at its last share, and where nobody is shared out nothing happens")
    func last() {
        #expect(self.step(SplitSettings(share: 1)) == .stay)
        #expect(self.step(SplitSettings(), .reject) == .stay)
    }

    @Test("a check that failed sends everybody back at once, with its reason")
    func fallBack() {
        let failed = Self.checks(other: .fail)
        #expect(self.step(Self.split, .hold, failed, at: 0) == .fallBack("C5 quality: as the test says"))
        #expect(self.step(SplitSettings(share: 1), .hold, failed) == .fallBack("C5 quality: as the test says"))
    }

    @Test("a rejection without a failed check sends everybody back as well")
    func rejected() {
        #expect(self.step(Self.split, .reject) == .fallBack("the gate says reject"))
        #expect(self.step(SplitSettings(ramp: [0.5]), .reject) == .fallBack("the gate says reject"))
    }

    @Test("a failed check that only informs sends nobody back")
    func informs() {
        let cost = CheckResult(.cost, state: .fail, enforcement: .inform, sentence: "dear")
        #expect(self.step(Self.split, .hold, Self.checks() + [cost]) == .advance(0.25))
    }
}
