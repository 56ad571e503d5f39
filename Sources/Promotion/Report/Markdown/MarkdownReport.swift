import Comparison
import ServingCore
import Trials

/// A report for a pull request's comment: the verdict first, at most 60 KB.
enum MarkdownReport {
    static func text(_ report: ReleaseReport) -> String {
        let parts = [
            self.verdict(report), self.checks(report.verdict.checks), self.latency(report), self.outputs(report),
            MarkdownSlices.markdown(report), self.coverage(report.trial.coverage), MarkdownPairs.markdown(report),
            self.origin(report),
        ]
        return parts.filter { $0.bytes > 0 }.joined(separator: "\n").text
    }

    private static func verdict(_ report: ReleaseReport) -> Markdown {
        let (answer, verdict) = (ReportAnswer(report), report.verdict)
        let reasons: [Markdown] = verdict.reasons.enumerated().map { "\(Int64($0.offset + 1)). \($0.element)\n" }
        let missing: [Markdown] = answer.missing.map { "- **\($0.check.title, limit: 120)**: \($0.text)\n" }
        let wanted: Markdown =
            missing.isEmpty
            ? "" : "\nMissing:\n\n\(Markdown.fitting(missing, bytes: 6_000) { "- and \($0) more checks\n" })"
        return """
            ## \(verdict.decision.symbol) \(verdict.decision.title): \(verdict.model, limit: 80), \(answer.side)

            **\(answer.question.capitalised)** \(answer.sentence)

            \(Markdown.fitting(reasons, bytes: 6_000) { "\nand \($0) more reasons\n" })\(wanted)
            """
    }

    private static func checks(_ checks: [CheckResult]) -> Markdown {
        guard !checks.isEmpty else { return "" }
        let rows: [Markdown] = checks.map { check in
            let state = check.state.rawValue + (check.enforcement == .block ? "" : ", \(check.enforcement.words)")
            return """
                | \(check.state.symbol) \(state) | \(check.title, limit: 120) | \(check.countText) | \
                \(self.estimate(check)) | \(check.marginText ?? "") | \(check.sentence, limit: 200) |

                """
        }
        return """
            | State | Check | Observations | Estimate | Margin | What was found |
            |---|---|--:|--:|--:|---|
            \(Markdown.fitting(rows, bytes: 18_000) { "| | and \($0) more checks | | | | |\n" })
            """
    }

    private static func estimate(_ check: CheckResult) -> String {
        guard let estimate = check.estimateText else { return check.boundsText ?? "" }
        return estimate + (check.boundsText.map { " (\($0))" } ?? "")
    }

    private static func latency(_ report: ReleaseReport) -> Markdown {
        let legs = LatencyLeg.all(report)
        guard !legs.isEmpty else { return "" }
        let rows: [Markdown] = legs.map { leg in
            let times = [leg.quantiles.p50, leg.quantiles.p99, leg.quantiles.max].map(Figures.duration)
            return """
                | \(leg.name) | \(Figures.count(leg.quantiles.count)) | \(times[0]) | \(times[1]) | \(times[2]) |

                """
        }
        return """
            | Latency | Answers | p50 | p99 | Largest |
            |---|--:|--:|--:|--:|
            \(rows.joined())
            """
    }

    private static func outputs(_ report: ReleaseReport) -> Markdown {
        guard !report.trial.outputs.isEmpty else { return "" }
        let rows: [Markdown] = report.trial.outputs.map { output in
            let noise = output.noise.count == 0 ? Figures.none : Figures.number(output.noise.mean)
            let flips = output.flips.map { Figures.count($0, of: output.compared) } ?? Figures.none
            return """
                | \(output.plan.name, limit: 80) | \(output.plan.comparator.rawValue) | \
                \(Figures.count(output.diverged, of: output.compared)) | \(Figures.number(output.divergence.mean)) | \
                \(noise) | \(flips) |

                """
        }
        return """
            | Output | Comparator | Diverged | Divergence | Noise | Flips |
            |---|---|--:|--:|--:|--:|
            \(Markdown.fitting(rows, bytes: 6_000) { "| and \($0) more outputs | | | | | |\n" })
            """
    }

    private static func coverage(_ coverage: TrialDocument.Coverage) -> Markdown {
        let counts = coverage.counts
        let dropped = counts.dropped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let reasons: [Markdown] = dropped.prefix(12).map {
            ", dropped \(Figures.count($0.value)) (\($0.key, limit: 40))"
        }
        return """
            Coverage: sampled \(Figures.count(counts.sampled)), paired \(Figures.count(counts.paired)), compared \
            \(Figures.count(coverage.compared)), live asked again \(Figures.count(coverage.triples)), pending \
            \(Figures.count(counts.pending))\(reasons.joined()).

            """
    }

    private static func origin(_ report: ReleaseReport) -> Markdown {
        let inputs = report.verdict.inputs
        let seal: Markdown =
            report.seal.map { "verdict \($0.id), valid until \(ReportTime.text($0.expires))" }
            ?? "verdict not stored"
        return """
            <sub>Release \(report.verdict.release), \(seal), policy \(inputs.policy, limit: 13), live \
            \(inputs.live.digest, limit: 13), candidate \(inputs.candidate.digest, limit: 13). Teal \
            \(report.gateway, limit: 40), \(ReportTime.text(report.generated)).</sub>

            """
    }
}

extension GatePolicy.Enforcement {
    fileprivate var words: String {
        switch self {
        case .block: "blocks"
        case .inform: "informs only"
        case .off: "off"
        }
    }
}
