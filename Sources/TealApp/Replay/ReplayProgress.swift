import LoadGenerator

/// Turns successive snapshots of a replay into the line shown while it runs.
struct ReplayProgress {
    private static let width = 24

    let total: Int
    private var last = (seconds: 0.0, done: 0)

    init(total: Int) { self.total = total }

    /// With a bar, for a terminal.
    mutating func bar(_ progress: LoadProgress) -> String {
        let done = progress.answered + progress.failed
        let share = self.total > 0 ? min(1, Double(done) / Double(self.total)) : 1
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: " ", count: Self.width - filled)
        return "[\(bar)] \(Int(share * 100))%  \(self.line(progress))"
    }

    mutating func line(_ progress: LoadProgress) -> String {
        let done = progress.answered + progress.failed
        let elapsed = progress.seconds - self.last.seconds
        let rate = elapsed > 0 ? Double(done - self.last.done) / elapsed : 0
        self.last = (progress.seconds, done)
        return "\(Figures.count(done)) of \(Figures.count(self.total))  \(Figures.count(Int(rate)))/s  "
            + "\(Figures.count(progress.failed)) failed"
    }
}
