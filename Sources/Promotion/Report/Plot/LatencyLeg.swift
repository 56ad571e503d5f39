import ServingCore
import Trials

/// One curve of the latency plot.
struct LatencyLeg {
    /// How its line is drawn; the colour is its slot's.
    enum Line: String {
        case live, candidate
        /// Live asked again.
        case again
    }

    let line: Line
    let slot: Slot
    let name: String
    let quantiles: TrialDocument.Latency.Quantiles
    let steps: [LatencyCurves.Step]

    /// Those that have times.
    static func all(_ report: ReleaseReport) -> [LatencyLeg] {
        let (live, candidate) = (report.trial.release.live.slot, report.trial.release.candidate.slot)
        let (figures, curves) = (report.trial.latency, report.latency)
        return [
            LatencyLeg(line: .live, slot: live, name: "live", quantiles: figures.live, steps: curves.live),
            LatencyLeg(
                line: .candidate,
                slot: candidate,
                name: ReportAnswer(report).role,
                quantiles: figures.candidate,
                steps: curves.candidate
            ),
            LatencyLeg(line: .again, slot: live, name: "live again", quantiles: figures.noise, steps: curves.noise),
        ].filter { $0.quantiles.count > 0 && !$0.steps.isEmpty }
    }

    var total: Double { self.steps.reduce(0) { $0 + Double($1.count) } }
    var style: String { "\(self.line.rawValue) \(self.slot.rawValue)" }
}
