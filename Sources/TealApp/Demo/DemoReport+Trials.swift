import Comparison
import ServingCore
import Trials

extension DemoReport {
    /// A line for each output: how the side that did not answer clients differs from the one that did.
    var mirroring: String {
        guard !self.trials.isEmpty else { return "" }
        var table = TextTable(
            ["model", "tried", "output", "pairs", "dropped", "divergence", "noise", "other class"],
            leading: 3
        )
        for trial in self.trials {
            let counts = trial.coverage.counts
            for output in trial.outputs {
                table.add([
                    trial.release.model,
                    "version \(trial.release.candidate.version) beside \(trial.release.live.version)",
                    output.plan.name,
                    Figures.count(Int(clamping: output.compared)),
                    Figures.count(Int(clamping: counts.droppedTotal)),
                    Figures.distance(output.divergence.mean),
                    output.noise.count == 0 ? "-" : Figures.distance(output.noise.mean),
                    output.flips.map { Figures.percent(Double($0) / Double(max(1, output.compared))) } ?? "-",
                ])
            }
        }
        return "mirrored   each answer of the live side beside the other side's\n" + table.text
    }
}
