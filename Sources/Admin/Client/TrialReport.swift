import Comparison
import ServingCore
package import Trials

/// A trial's running evidence, for people.
package enum TrialReport {
    /// Sentences, then a table each for answers, outputs, latency and segments.
    package static func text(_ trial: TrialDocument) -> String {
        [
            self.head(trial) + self.coverage(trial),
            self.answers(trial.outcomes) + ReportText.line(trial.determinism.sentence), self.outputs(trial.outputs),
            self.latency(trial.latency), self.segments(trial.segments), self.worst(trial),
        ].filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static func head(_ trial: TrialDocument) -> String {
        let release = trial.release
        var line = "trial \(release.id): \(release.kind.rawValue) \(self.side(release.candidate)) beside live "
        line += "\(self.side(release.live)), since \(Timestamp.iso8601(microseconds: release.id))"
        if let ended = release.ended {
            line += ", \(release.end?.rawValue ?? "ended") \(Timestamp.iso8601(microseconds: ended))"
        }
        var text = ReportText.line(line)
        if trial.coverage.isUnderPressure {
            text += "shadow is giving way: the data plane is busy, so fewer requests are mirrored\n"
        }
        return text
    }

    private static func side(_ side: Release.Side) -> String { "\(side.slot.rawValue) (version \(side.version))" }

    private static func coverage(_ trial: TrialDocument) -> String {
        let counts = trial.coverage.counts
        var line = "sampled \(ReportText.count(counts.sampled)) = paired \(ReportText.count(counts.paired))"
        line += " + dropped \(ReportText.count(counts.droppedTotal))"
        if !counts.dropped.isEmpty { line += " (\(ReportText.counts(counts.dropped)))" }
        line += " + pending \(ReportText.count(counts.pending))"
        if counts.optedOut > 0 { line += "; \(ReportText.count(counts.optedOut)) asked not to be mirrored" }
        var text = ReportText.line(line)
        line = "compared \(ReportText.count(trial.coverage.compared)), "
        line += "live asked again for \(ReportText.count(trial.coverage.triples))"
        if let last = trial.lastPair { line += ", last pair \(Timestamp.iso8601(microseconds: last))" }
        text += ReportText.line(line)
        return text
    }

    private static func answers(_ outcomes: TrialDocument.Outcomes) -> String {
        let names = Leg.Outcome.allCases.map(\.name)
        var table = TextTable(["PAIRS"] + names.map { $0.uppercased() })
        for (leg, counts) in [
            ("live", outcomes.live), ("candidate", outcomes.candidate), ("live again", outcomes.noise),
        ] where !counts.isEmpty {
            table.add([leg] + names.map { name in counts[name].map { ReportText.count($0) } })
        }
        var text = table.isEmpty ? "" : table.text
        for (reason, count) in outcomes.candidateReasons.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            text += ReportText.line("candidate did not answer, \(ReportText.count(count)) times: \(reason)")
        }
        return text
    }

    private static func outputs(_ outputs: [TrialDocument.Output]) -> String {
        guard !outputs.isEmpty else {
            return "comparators are chosen after the first pairs that both versions answered\n"
        }
        var table = TextTable([
            "OUTPUT", "COMPARATOR", "COMPARED", "DIVERGED", "DIVERGENCE", "MAX", "NOISE", "EXCESS", "FLIPS", "BIAS",
        ])
        for output in outputs {
            table.add([
                output.plan.name, output.plan.comparator.rawValue, ReportText.count(output.compared),
                ReportText.count(output.diverged, of: output.compared),
                ReportText.divergence(output.divergence.mean), ReportText.divergence(output.divergence.max),
                output.noise.count == 0 ? "-" : ReportText.divergence(output.noise.mean), self.excess(output),
                output.flips.map { ReportText.count($0, of: output.compared) }, output.bias.map(ReportText.number),
            ])
        }
        return table.text + outputs.map(self.findings).joined()
    }

    private static func excess(_ output: TrialDocument.Output) -> String? {
        output.excess.map { excess in
            ReportText.divergence(excess) + (output.excessError.map { " ± \(ReportText.divergence($0))" } ?? "")
        }
    }

    /// What is behind an output's figures: flips, fields, structure.
    private static func findings(_ output: TrialDocument.Output) -> String {
        var text = ""
        let flips = output.confusion.filter { $0.live != $0.candidate }.prefix(5)
        if !flips.isEmpty {
            let list = flips.map { "\($0.live) -> \($0.candidate) (\(ReportText.count($0.count)))" }
            text += ReportText.line("\(output.plan.name), live -> candidate: \(list.joined(separator: ", "))")
        }
        for field in output.fields.filter({ !$0.isMasked }).prefix(5) {
            var line =
                "\(output.plan.name), \(field.path): \(field.kind.rawValue) differs \(ReportText.count(field.count))"
            line += " times, live against itself \(ReportText.count(field.noise))"
            text += ReportText.line(line)
        }
        if !output.plan.masked.isEmpty {
            text += ReportText.line("\(output.plan.name), not compared: \(output.plan.masked.joined(separator: ", "))")
        }
        for (sentence, count) in output.structure.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            text += ReportText.line("\(output.plan.name), \(ReportText.count(count)) times: \(sentence)")
        }
        return text
    }

    private static func latency(_ latency: TrialDocument.Latency) -> String {
        var table = TextTable(["LATENCY", "COUNT", "MEAN", "P50", "P99", "MAX"])
        for (leg, quantiles) in [
            ("live", latency.live), ("candidate", latency.candidate), ("live again", latency.noise),
        ] where quantiles.count > 0 {
            table.add(
                [leg, ReportText.count(quantiles.count)]
                    + [quantiles.mean, quantiles.p50, quantiles.p99, quantiles.max].map(ReportText.duration)
            )
        }
        var text = table.isEmpty ? "" : table.text
        if let ratio = latency.candidateByNoise {
            text += "candidate takes \(ReportText.number(ratio.mean)) times as long as live asked again "
            text += "(the fair comparison, \(ReportText.count(ratio.count)) pairs)\n"
        }
        if let ratio = latency.candidateByLive {
            text += "candidate takes \(ReportText.number(ratio.mean)) times as long as the live answer "
            text += "(given on the hot path, \(ReportText.count(ratio.count)) pairs)\n"
        }
        return text
    }

    private static func segments(_ segments: [TrialDocument.SegmentFigures]) -> String {
        var table = TextTable(["SEGMENT", "PAIRS", "DIVERGED", "DIVERGENCE", "NOISE", "FLIPS", "FAILURES"])
        for figures in segments {
            table.add([
                "\(figures.segment.key)=\(figures.segment.value)", ReportText.count(figures.pairs),
                ReportText.count(figures.diverged, of: figures.compared),
                ReportText.divergence(figures.meanDivergence), figures.meanNoise.map(ReportText.divergence) ?? "-",
                ReportText.count(figures.flips), ReportText.count(figures.candidateFailures),
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    private static func worst(_ trial: TrialDocument) -> String {
        var table = TextTable(["WORST PAIR", "DIVERGENCE", "WHAT"])
        let worst = trial.worst.prefix(5)
        for pair in worst {
            table.add([pair.id.map { "\($0)" } ?? "-", ReportText.divergence(pair.divergence), pair.sentence])
        }
        guard !table.isEmpty else { return "" }
        let areAllKept = worst.allSatisfy { $0.id != nil }
        return table.text + (areAllKept ? "" : "- is a pair that cannot be opened: not kept, no longer, or not yet\n")
    }
}
