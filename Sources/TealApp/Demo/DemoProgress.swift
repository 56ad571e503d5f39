package import LoadGenerator

/// Turns successive snapshots of the load into the line shown while it runs.
package struct DemoProgress: Sendable {
    private var last = (seconds: 0.0, answered: 0)

    package init() {}

    /// `models` in the order to be shown, each with the snapshot of its load.
    package mutating func line(_ models: [(name: String, progress: LoadProgress)], cutovers: Int) -> String {
        let seconds = models.map(\.progress.seconds).max() ?? 0
        let answered = models.reduce(0) { $0 + $1.progress.answered }
        let failed = models.reduce(0) { $0 + $1.progress.failed }
        let elapsed = seconds - self.last.seconds
        let rate = elapsed > 0 ? Double(answered - self.last.answered) / elapsed : 0
        self.last = (seconds, answered)
        let slots = models.map { "\($0.name) \($0.progress.slot ?? "-")" }.joined(separator: "  ")
        return "  \(Int(seconds)) s  \(Figures.count(answered)) answers  \(Figures.count(Int(rate)))/s  "
            + "\(Figures.count(failed)) failed  \(cutovers) cutovers  live: \(slots)"
    }
}
