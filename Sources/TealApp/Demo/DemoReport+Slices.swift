package import SemanticSearch

extension DemoReport {
    /// Where a candidate differs: the best confirmed slices of each trial that has some.
    var differing: String {
        let found = self.slices.filter { !$0.confirmed.isEmpty }
        guard !found.isEmpty else { return "" }
        var table = TextTable(["model", "candidate", "requests", "of all", "divergence", "elsewhere"], leading: 3)
        for trial in found {
            for slice in trial.confirmed.prefix(3) {
                table.add([
                    trial.model,
                    "version \(trial.version)",
                    slice.label,
                    Figures.percent(slice.share),
                    Figures.distance(slice.inside.divergence),
                    Figures.distance(slice.outside.divergence),
                ])
            }
        }
        return "where the answers differ   found in one half of the requests, confirmed in the other\n" + table.text
    }
}

/// The confirmed slices of one trial.
package struct DemoSlices: Sendable {
    package var model: String
    package var version: Int
    package var confirmed: [Slice]
}
