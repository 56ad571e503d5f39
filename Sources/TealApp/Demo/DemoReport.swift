package import LoadGenerator
import Promotion
import ServingCore
package import Trials

/// One cutover as the demo saw it.
package struct FlipRecord: Sendable, Equatable {
    package var flip: Flip
    /// From the call until every event loop routed to the other slot, microseconds.
    package var acknowledged = 0.0
    /// From the call to its return: also the durable record and the drain of the generation before, microseconds.
    package var returned = 0.0
    /// True when no request of the generation before was left at the return.
    package var isDrained = false
    /// Why it did not happen; nil when it did.
    package var problem: String?

    package init(_ flip: Flip) { self.flip = flip }
}

/// What came of the demo; renders itself.
package struct DemoReport: Sendable {
    /// One model in one slot.
    package struct Row: Sendable, Equatable {
        package var model: String
        package var slot: String
        package var version: Int?
        package var requests = 0
        package var failures = 0
        /// Nanoseconds from when the request fell due; nil without an answer.
        package var median: UInt64?
        package var percentile99: UInt64?
        package var accuracy = AnswerObserver.Accuracy()
        /// Accuracy that the version's own manifest states.
        package var stated: Double?

        package init(model: String, slot: String, version: Int? = nil) {
            self.model = model
            self.slot = slot
            self.version = version
        }
    }

    package var rows: [Row] = []
    /// What the gate said, in the order of its decisions.
    package var judgements: [Judgement] = []
    package var flips: [FlipRecord] = []
    /// Answers to requests sent after a cutover was acknowledged, by a generation before it.
    package var stale = 0
    /// Answers of one generation that came from two slots.
    package var contradictory = 0
    package var laws: [DemoLaw] = []
    /// What mirroring showed.
    package var trials: [TrialDocument] = []
    package var slices: [DemoSlices] = []
    /// The first few failures of requests, in words.
    package var failureTexts: [String] = []
    /// What kept the demo from being told in full.
    package var problems: [String] = []

    package init() {}

    /// Adds what one model's load came to: a row for each slot that answered, and one for requests nobody answered.
    package mutating func add(
        _ report: LoadReport,
        model: String,
        findings: AnswerObserver.Findings,
        versions: [String: (version: Int?, stated: Double?)]
    ) {
        for slot in report.slots.sorted(by: { $0.name < $1.name }) {
            var row = Row(model: model, slot: slot.name, version: versions[slot.name]?.version)
            row.requests = slot.answered + slot.failed
            row.failures = slot.failed
            row.median = slot.latency.value(at: 0.5)
            row.percentile99 = slot.latency.value(at: 0.99)
            row.accuracy = findings.slots[slot.name] ?? .init()
            row.stated = versions[slot.name]?.stated
            self.rows.append(row)
        }
        let unanswered = report.failed - report.slots.reduce(0) { $0 + $1.failed } + report.unsent
        if unanswered > 0 {
            var row = Row(model: model, slot: "")
            row.requests = unanswered
            row.failures = unanswered
            self.rows.append(row)
        }
        self.stale += findings.stale
        self.contradictory += findings.contradictory
        self.failureTexts += report.failureTexts.map { "\(model): \($0)" }
        let text = "scheduled \(Figures.count(report.scheduled)) = answered \(Figures.count(report.answered))"
        self.laws.append(
            DemoLaw(
                "\(model), as its client counts: \(text)"
                    + " + failed \(Figures.count(report.failed)) + unsent \(Figures.count(report.unsent))",
                holds: report.isConserved
            )
        )
    }

    /// What could not be shown at all.
    static func failed(_ problem: String) -> DemoReport {
        var report = DemoReport()
        report.problems = [problem]
        return report
    }

    /// Why this run is no success, a line each; empty when all went well.
    package var faults: [String] {
        var faults = self.problems
        let failures = self.rows.reduce(0) { $0 + $1.failures }
        if failures > 0 {
            let first = self.failureTexts.first.map { ", the first: \($0)" } ?? ""
            faults.append("\(Figures.count(failures)) requests failed\(first)")
        }
        if self.rows.reduce(0, { $0 + $1.requests }) == 0 { faults.append("no request was answered") }
        faults += self.judgements.flatMap { Self.faults($0) }
        faults += self.flips.compactMap { record in
            record.problem.map { "\(record.flip.action.rawValue) of \(record.flip.model): \($0)" }
        }
        let undrained = self.flips.count { $0.problem == nil && !$0.isDrained }
        if undrained > 0 { faults.append("\(undrained) cutovers returned before the old generation was drained") }
        if self.stale > 0 { faults.append("\(Figures.count(self.stale)) answers came from a drained generation") }
        if self.contradictory > 0 {
            faults.append("\(Figures.count(self.contradictory)) answers came from another slot than their generation's")
        }
        faults += self.laws.filter { !$0.holds }.map { "a law does not hold: \($0.text)" }
        return faults
    }
    private static func faults(_ judgement: Judgement) -> [String] {
        let candidate = "version \(judgement.version) of \(judgement.model)"
        let expected = judgement.expected.rawValue
        guard let given = judgement.given else {
            return ["the gate said nothing about \(candidate), expected was \(expected)"]
        }
        guard given.decision == judgement.expected else {
            let reasons = given.verdict.reasons.joined(separator: "; ")
            return ["the gate says \(given.decision.rawValue) about \(candidate), expected was \(expected): \(reasons)"]
        }
        guard judgement.expected == .reject, judgement.refusal == nil else { return [] }
        return ["\(candidate) was rejected and could be promoted all the same"]
    }
}
