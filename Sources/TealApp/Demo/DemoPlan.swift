/// How the demo goes about it; the defaults leave a two-core machine headroom.
package struct DemoPlan: Sendable, Equatable {
    /// Folder with `<model>/heldout.jsonl`.
    package var models = "models"
    /// Folder the reports are written to; made if it is not there.
    package var reports = "teal-demo-report"
    /// The version that the gate must reject; nil: none is shown.
    package var broken: Int? = 3
    /// Requests per second over all models.
    package var rate = 1200.0
    /// Kept connections per model.
    package var connections = 8
    /// How long each decision of the gate is waited for, seconds.
    package var patience = 60.0
    /// Length of the part with the cutovers, seconds.
    package var cutoverSeconds = 8.0
    /// Cutovers per model in one go, besides three spread over the time; even, so that the same slot is live after it.
    package var burst = 8

    package init() {}

    /// As this, for two good versions that another server runs; shorter.
    func remote(models: String) -> DemoPlan {
        var plan = self
        plan.models = models
        plan.reports += "/remote"
        plan.broken = nil
        plan.rate /= 2
        plan.cutoverSeconds /= 2
        return plan
    }
}

/// One change of the live slot.
package struct Flip: Sendable, Equatable {
    package enum Action: String, Sendable {
        case promote, rollback
    }

    /// Seconds since this part began; flips of one time follow each other as fast as they are acknowledged.
    package var at: Double
    package var model: String
    package var action: Action

    package init(at: Double, model: String, action: Action) {
        self.at = at
        self.model = model
        self.action = action
    }
}

extension DemoPlan {
    /// Per model: promote, go back, promote again, each with time to see the traffic follow, then a burst. Ends with the
    /// promoted slot live and leaves the last fifth of the time undisturbed. In order of time.
    package func flips(of models: [String]) -> [Flip] {
        let flips = models.enumerated().flatMap { index, model in
            // Models take turns, so that only one changes at a time.
            let offset = Double(index) / Double(models.count)
            let spread: [(Double, Flip.Action)] = [(0, .promote), (0.2, .rollback), (0.4, .promote)]
            let calm = spread.map { share, action in
                Flip(at: (share + 0.15 * offset) * self.cutoverSeconds, model: model, action: action)
            }
            let burst = (0..<max(0, self.burst)).map { number in
                Flip(
                    at: (0.6 + 0.2 * offset) * self.cutoverSeconds,
                    model: model,
                    action: number.isMultiple(of: 2) ? .rollback : .promote
                )
            }
            return calm + burst
        }
        // Equal times keep their order: a burst alternates.
        return flips.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }
}
