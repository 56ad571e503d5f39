import ServingCore

/// What became of the recorded requests of one warm-up.
struct RecordedTally {
    private(set) var ran = 0
    private(set) var unanswered = 0
    /// Of those, the ones that took too long.
    private(set) var stopped = 0
    /// Of the first that was answered.
    private(set) var inputs: [Tensor]?
    private var problem: String?

    mutating func answer(_ inputs: [Tensor]) {
        self.ran += 1
        self.inputs = self.inputs ?? inputs
    }

    /// - Parameter reason: continues a sentence that begins with the request.
    mutating func miss(_ reason: String, wasStopped: Bool) {
        self.ran += 1
        self.unanswered += 1
        if wasStopped { self.stopped += 1 }
        self.problem = self.problem ?? (wasStopped ? " had no answer in time and was stopped" : reason)
    }

    /// Nil when all were answered.
    var note: String? {
        guard let problem = self.problem else { return nil }
        let stopped = self.stopped > 0 ? "; \(self.stopped) stopped because they took too long" : ""
        return "\(self.unanswered) of \(self.ran) requests recorded from live traffic: one\(problem)\(stopped)"
    }
}
