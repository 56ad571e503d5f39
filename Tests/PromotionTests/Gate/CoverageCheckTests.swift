import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite struct CoverageCheckTests {
    private func scene(reference: UInt64, covered: UInt64) -> GateScene {
        var scene = GateScene(GateScene.small(.noninferiority))
        scene.add(300)
        scene.input.coverage = CoverageEvidence(reference: reference, covered: covered)
        return scene
    }

    @Test func `a trial that has not seen nine in ten of the usual requests holds the gate`() throws {
        let scene = self.scene(reference: 1_000, covered: 734)
        let result = try #require(scene.check(.coverage))
        #expect(result.state == .undecided && result.mean == 0.734 && result.remaining == nil)
        let sentence = "this trial has seen requests like 73 % of 1,000 earlier ones, 90 % are needed"
        #expect(result.sentence.hasSuffix("; " + sentence))
        #expect(scene.verdict().decision == .hold)
        #expect(scene.verdict().reasons.contains { $0.hasPrefix("C10 coverage: ") && $0.hasSuffix(sentence) })
    }

    @Test func `nine in ten are enough, and not one fewer`() throws {
        let enough = try #require(self.scene(reference: 1_000, covered: 900).check(.coverage))
        #expect(enough.state == .pass)
        #expect(enough.sentence.hasSuffix("; this trial has seen requests like 90 % of 1,000 earlier ones"))
        let fewer = try #require(self.scene(reference: 1_000, covered: 899).check(.coverage))
        #expect(
            fewer.state == .undecided && fewer.sentence.hasSuffix("like 89 % of 1,000 earlier ones, 90 % are needed")
        )
    }

    @Test func `with fewer than a hundred earlier requests, or none, nothing is said of them`() throws {
        let without = try #require(GateScene.timed.check(.coverage))
        for reference in [0, 99] as [UInt64] {
            var scene = GateScene.timed
            scene.input.coverage = CoverageEvidence(reference: reference, covered: 0)
            #expect(try #require(scene.check(.coverage)) == without)
        }
        #expect(without.state == .pass && without.mean == nil && !without.sentence.contains("earlier"))
        #expect(self.scene(reference: 100, covered: 89).check(.coverage)?.state == .undecided)
    }

    @Test func `time and requests must both have come`() throws {
        var scene = self.scene(reference: 1_000, covered: 950)
        scene.input.policy.minimumTime = 3_600_000_000
        let result = try #require(scene.check(.coverage))
        #expect(result.state == .undecided && (result.remaining ?? 0) > 0)
        #expect(result.sentence.hasSuffix("like 95 % of 1,000 earlier ones"))
    }

    @Test func `a report says what coverage waits for, not that it is unlikely`() throws {
        var report = ReleaseReport.sample()
        report.verdict.checks = [try #require(self.scene(reference: 1_000, covered: 734).check(.coverage))]
        let text = try ReportFormat.markdown.render(report)
        #expect(
            text.contains("- **C10 coverage**: pairs over ")
                && text.contains("73 % of 1,000 earlier ones, 90 % are needed")
        )
        #expect(!text.contains("unlikely"))
    }
}

extension GateScene {
    /// 300 pairs, no minimum time.
    fileprivate static var timed: GateScene {
        var scene = GateScene(GateScene.small(.noninferiority))
        scene.add(300)
        return scene
    }
}
