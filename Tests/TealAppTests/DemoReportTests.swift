import LoadGenerator
import Promotion
import ServingCore
import Synchronization
import TealApp
import TestSupport
import Testing

@Suite struct DemoReportTests {
    private func report() -> DemoReport {
        var report = DemoReport()
        var blue = DemoReport.Row(model: "digits", slot: "blue", version: 1)
        blue.requests = 12_345
        blue.median = 210_000
        blue.percentile99 = 1_550_000
        blue.accuracy.judged = 1000
        blue.accuracy.right = 964
        blue.stated = 0.9639
        var green = DemoReport.Row(model: "sentiment", slot: "green", version: 12)
        green.requests = 7
        report.rows = [blue, green]
        report.flips = [3.0, 1.0, 2.0].enumerated().map { index, milliseconds in
            var record = FlipRecord(Flip(at: Double(index), model: "digits", action: .promote))
            record.acknowledged = milliseconds * 100
            record.returned = milliseconds * 1000
            record.isDrained = true
            return record
        }
        report.laws = [DemoLaw("accepted 9 = answered 9", holds: true)]
        return report
    }

    @Test("renders aligned tables")
    func text() {
        #expect(
            self.report().text == """
                model      slot   version  requests  failures      p50      p99   right  stated
                digits     blue         1    12,345         0  0.21 ms  1.55 ms  96.4 %  96.4 %
                sentiment  green       12         7         0        -        -       -       -

                cutovers under load   3 of 3, 3 drained
                  acknowledged by all event loops: median 0.20 ms, longest 0.30 ms
                  with durable record and drain: median 2.00 ms, longest 3.00 ms
                  answers from a drained generation: 0

                laws
                  holds  accepted 9 = answered 9
                """
        )
        #expect(self.report().faults.isEmpty)
    }

    @Test("what the gate said is a table, with the reports at the end")
    func judgements() {
        var report = self.report()
        var verdict = Verdict.sample(.promote)
        verdict.inputs.pairs = 4_652
        var good = Judgement(model: "digits", version: 2, expected: .promote)
        good.given = GateDocument(GivenVerdict(verdict: verdict, stored: .sample(.promote)))
        good.seconds = 6.14
        good.report = "reports/digits.html"
        report.judgements = [good, Judgement(model: "sentiment", version: 13, expected: .reject)]
        #expect(
            report.text.hasPrefix(
                """
                model      candidate   the gate  pairs  labels   time
                digits     version 2   promote   4,652       0  6.1 s
                sentiment  version 13  -             0       0  0.0 s
                """
            )
        )
        #expect(report.text.hasSuffix("\n\nreports\n  reports/digits.html"))
        #expect(report.faults == ["the gate said nothing about version 13 of sentiment, expected was reject"])
    }

    private struct Mishap: Sendable {
        var fault: String
        var happen: @Sendable (inout DemoReport) -> Void
    }

    private static let mishaps: [Mishap] = [
        Mishap(fault: "1 requests failed") { $0.rows[0].failures = 1 },
        Mishap(fault: "no request was answered") { $0.rows = [] },
        Mishap(fault: "promote of digits: no") { $0.flips[0].problem = "no" },
        Mishap(fault: "1 cutovers returned before the old generation was drained") { $0.flips[1].isDrained = false },
        Mishap(fault: "2 answers came from a drained generation") { $0.stale = 2 },
        Mishap(fault: "3 answers came from another slot than their generation's") { $0.contradictory = 3 },
        Mishap(fault: "a law does not hold: 1 = 2") { $0.laws = [DemoLaw("1 = 2", holds: false)] },
        Mishap(fault: "file") { $0.problems = ["file"] },
    ]

    @Test("whatever went wrong is a fault", arguments: mishaps.indices)
    func faults(_ index: Int) {
        let mishap = Self.mishaps[index]
        var report = self.report()
        mishap.happen(&report)
        #expect(report.faults == [mishap.fault])
    }

    @Test("the load's counts become a row for each slot, and one for what nobody answered")
    func add() {
        var load = LoadReport()
        load.scheduled = 13
        load.answered = 8
        load.failed = 4
        load.unsent = 1
        load.failureTexts = ["timeout: no answer"]
        load.slots = [SlotTally(name: "green"), SlotTally(name: "blue")]
        load.slots[0].answered = 5
        load.slots[1].answered = 3
        load.slots[1].failed = 1
        var report = DemoReport()
        report.add(load, model: "m", findings: .init(), versions: ["blue": (1, 0.5), "green": (2, nil)])
        #expect(report.rows.map(\.slot) == ["blue", "green", ""])
        #expect(report.rows.map(\.requests) == [4, 5, 4])
        #expect(report.rows.map(\.failures) == [1, 0, 4])
        #expect(report.rows.map(\.version) == [1, 2, nil])
        #expect(report.laws.map(\.holds) == [true])
        #expect(report.faults == ["5 requests failed, the first: m: timeout: no answer"])
    }

    @Test("progress is the difference between two snapshots")
    func progress() {
        var first = LoadProgress()
        first.seconds = 2
        first.answered = 1000
        first.slot = "blue"
        var second = first
        second.seconds = 4
        second.answered = 3000
        second.failed = 1
        second.slot = "green"
        var progress = DemoProgress()
        #expect(
            progress.line([("digits", first)], cutovers: 0)
                == "  2 s  1,000 answers  500/s  0 failed  0 cutovers  live: digits blue"
        )
        #expect(
            progress.line([("digits", second), ("sentiment", LoadProgress())], cutovers: 3)
                == "  4 s  3,000 answers  1,000/s  1 failed  3 cutovers  live: digits green  sentiment -"
        )
    }

    @Test("updates overwrite one line on a terminal and are lines elsewhere", arguments: [true, false])
    func console(_ isTerminal: Bool) {
        let written = Recorder()
        let console = DemoConsole(isTerminal: isTerminal) { written.add($0) }
        console.update("1")
        console.update("2")
        console.endUpdates()
        console.line("done")
        #expect(written.text == (isTerminal ? "\r\u{1B}[K1\r\u{1B}[K2\n\r\u{1B}[Kdone\n" : "1\n2\ndone\n"))
    }
}

/// Collects what a console writes.
final class Recorder: Sendable {
    private let pieces = Mutex("")

    func add(_ text: String) { self.pieces.withLock { $0 += text } }

    var text: String { self.pieces.withLock { $0 } }
}
