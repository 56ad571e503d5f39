import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite struct SliceCheckTests {
    /// In `GateScene.small` a segment may diverge by 20 %.
    private static func slice(
        _ label: String = "requests with \"not\"",
        pairs: UInt64 = 300,
        share: Double = 0.12,
        margin: Double = 0.2,
        failE: Double
    ) -> SliceEvidence {
        SliceEvidence(label: label, pairs: pairs, share: share, mean: 0.45, margin: margin, failE: failE)
    }

    private func segments(_ scene: GateScene) throws -> CheckResult { try #require(scene.check(.segments)) }

    @Test func `a slice that is worse than a segment may be rejects the candidate and is named`() throws {
        var scene = GateScene()
        scene.add(2_500)
        scene.input.slices = [Self.slice(failE: 1e6), Self.slice("requests about ferries", failE: 0.5)]
        let result = try self.segments(scene)
        #expect(result.state == .fail && result.count == 3)
        #expect(result.title == "C8 segments(slice \"requests with \"not\"\")")
        #expect(
            result.sentence == "slice \"requests with \"not\"\": divergence 45.0 %, 20.0 % accepted for a segment"
        )
        #expect(abs((result.failEvidence ?? 0) - 13.8155) < 1e-3)
        #expect(scene.verdict().decision == .reject && scene.blocking(.fail) == [.segments])
    }

    @Test func `slices without evidence against them pass, and are counted`() throws {
        var scene = GateScene()
        scene.add(2_500)
        scene.input.slices = [Self.slice(failE: 3), Self.slice("b", failE: 0)]
        let result = try self.segments(scene)
        #expect(result.state == .pass)
        #expect(
            result.sentence
                == "none of 1 segments and 2 discovered slices with 100 pairs and 1 % or more is worse than allowed"
        )
    }

    @Test func `declared and discovered parts share one false discovery rate`() throws {
        var scene = GateScene()
        scene.add(2_500)
        // Beside failures and divergence of the one declared segment: 3 tests at 10 %.
        scene.input.slices = [Self.slice(failE: 29)]
        #expect(try self.segments(scene).state == .pass)
        scene.input.slices = [Self.slice(failE: 31)]
        #expect(try self.segments(scene).state == .fail)
    }

    @Test func `without declared segments there are the discovered ones, and without both there is nothing`() throws {
        var scene = GateScene()
        scene.add(300, candidate: .answered)
        #expect(try self.segments(scene).state == .absent)
        scene.input.slices = [Self.slice(failE: 9.9)]
        let passed = try self.segments(scene)
        #expect(passed.state == .pass && passed.count == 1)
        #expect(passed.sentence == "none of 1 discovered slices with 100 pairs and 1 % or more is worse than allowed")
        scene.input.slices = [Self.slice(failE: 10.1)]
        #expect(try self.segments(scene).state == .fail)
    }

    @Test func `slices with fewer pairs than a segment needs, or than one in a hundred, are not judged`() throws {
        var scene = GateScene()
        scene.add(2_500)
        for (pairs, share, state) in [
            (99, 0.5, .pass), (100, 0.5, .fail), (2_000, 0.0099, .pass), (2_000, 0.01, .fail),
        ] as [(UInt64, Double, CheckResult.State)] {
            scene.input.slices = [Self.slice(pairs: pairs, share: share, failE: 1e9)]
            #expect(try self.segments(scene).state == state, "\(pairs) pairs, \(share)")
        }
    }

    @Test func `a slice is large or small among the pairs search looked at, however many the trial has`() throws {
        var scene = GateScene()
        scene.add(20_000, candidate: .answered)
        scene.input.slices = [Self.slice(pairs: 150, share: 0.1, failE: 1e6)]
        #expect(try self.segments(scene).state == .fail)
    }

    @Test func `until search has looked the gate holds, and what is wrong with a segment is said at once`() throws {
        var scene = GateScene()
        scene.add(2_500)
        scene.input.slices = nil
        let waiting = try self.segments(scene)
        #expect(waiting.state == .undecided && scene.verdict().decision == .hold)
        #expect(waiting.sentence == "search has not looked at this trial's requests yet")
        var report = ReleaseReport.sample()
        report.verdict.checks = [waiting]
        let text = try ReportFormat.markdown.render(report)
        #expect(text.contains("search has not looked") && !text.contains("unlikely"))
        var failing = GateScene()
        failing.add(2_500, of: SimulatedTraffic(segment: 0.3, segmentFlips: 0.9))
        failing.input.slices = nil
        #expect(try self.segments(failing).state == .fail)
        // Where slices reject nobody, nobody waits for them.
        var other = GateScene(GateScene.small(.noninferiority))
        other.add(300)
        other.input.slices = nil
        #expect(try self.segments(other).state != .undecided)
    }

    @Test func `where a candidate may answer differently, a slice is mentioned and rejects nobody`() throws {
        var scene = GateScene(GateScene.small(.noninferiority))
        scene.add(2_500, of: SimulatedTraffic(loss: 0))
        let before = try self.segments(scene)
        scene.input.slices = [Self.slice(failE: 1e6), Self.slice("b", failE: 1)]
        let result = try self.segments(scene)
        #expect(before.state == .pass && result.state == .pass && result.count == before.count)
        #expect(
            result.sentence
                == before.sentence
                + "; the answers differ most in slice \"requests with \"not\"\" (divergence 45.0 %), "
                + "which this mode accepts"
        )
        scene.input.slices = [Self.slice(failE: 19)]
        #expect(try self.segments(scene).sentence.contains("differ most"))
        scene.input.slices = [Self.slice(failE: 9)]
        #expect(try self.segments(scene).sentence == before.sentence)
    }

    @Test func `evidence against another margin than the policy's counts for nothing, and that is said`() throws {
        var scene = GateScene()
        scene.add(2_500)
        scene.input.slices = [Self.slice(margin: 0.04, failE: 1e9)]
        let result = try self.segments(scene)
        #expect(result.state == .pass && result.count == 1)
        #expect(
            result.sentence
                == "none of 1 segments and 0 discovered slices with 100 pairs and 1 % or more is worse than allowed; "
                + "1 slice was held against a margin of 4.00 % where the policy has 20.0 %: it does not count until "
                + "search has looked again"
        )
        scene.input.slices = [Self.slice(margin: 0.1 + 0.1, failE: 1e9)]
        #expect(try self.segments(scene).state == .fail)
    }

    @Test(arguments: [Double.nan, -1, 0, -Double.infinity])
    func `what is no e-value is no evidence`(failE: Double) throws {
        var scene = GateScene()
        scene.add(2_500)
        scene.input.slices = [Self.slice(failE: failE)]
        #expect(try self.segments(scene).state == .pass)
    }

    @Test func `a verdict about slices with figures of any size can be written and read`() throws {
        var scene = GateScene()
        scene.add(2_500)
        for figure in [Double.infinity, .nan, 1e308] {
            scene.input.slices = [Self.slice(failE: .infinity), Self.slice(margin: figure, failE: figure)]
            scene.input.slices?[0].mean = figure
            let verdict = scene.verdict()
            #expect(verdict.decision == .reject && Verdict(decoding: verdict.encoded()) == verdict)
        }
    }

    @Test func `the same slices and coverage give the same bytes`() {
        var scene = GateScene()
        scene.add(600)
        scene.input.slices = (0..<8).map { Self.slice("slice \($0)", failE: 1e6) }
        scene.input.coverage = CoverageEvidence(reference: 1_000, covered: 731)
        #expect(scene.verdict().encoded() == scene.verdict().encoded())
        #expect(scene.check(.segments)?.sentence.hasSuffix("; and 7 more segments") == true)
    }
}
