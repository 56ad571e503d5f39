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

/// When a line that is being updated is due again: often on a terminal, seldom where each is a line of its own.
struct ProgressPace {
    private let interval: Duration
    private var next: ContinuousClock.Instant

    static func interval(_ console: DemoConsole) -> Duration {
        console.isTerminal ? .milliseconds(200) : .seconds(2)
    }

    init(_ console: DemoConsole) {
        self.interval = Self.interval(console)
        self.next = .now + self.interval
    }

    /// True at most once in each interval.
    var isDue: Bool {
        mutating get {
            let now = ContinuousClock.now
            guard now >= self.next else { return false }
            self.next = now + self.interval
            return true
        }
    }
}
