/// Why a request counts as failed.
package enum LoadFailure: String, Sendable, CaseIterable {
    /// No connection could be made.
    case connect
    /// No complete answer within the time-out.
    case timeout
    /// The connection ended before the answer was complete.
    case closed
    /// The answer was not HTTP/1.1.
    case malformed
    /// A complete answer with a status other than 2xx.
    case status
}

/// Answers of one slot. `name` is empty for answers that named none.
package struct SlotTally: Sendable, Equatable {
    package var name: String
    package var answered = 0
    /// Answers with a status other than 2xx; they are not in `latency`.
    package var failed = 0
    package var latency = LatencyHistogram()

    package init(name: String) { self.name = name }
}

/// What a run came to. Every request that fell due is in exactly one of `answered`, `failed` and `unsent`.
package struct LoadReport: Sendable {
    /// Requests that fell due (open) or were taken up (closed).
    package var scheduled = 0
    /// Complete answers with a status of 2xx.
    package var answered = 0
    package var failed = 0
    /// Fell due, but no connection was free before the run ended.
    package var unsent = 0
    /// Times the server closed a kept connection before the first byte of an answer; each was sent once more and is
    /// also counted by what came of that.
    package var refusedReuse = 0
    /// TCP connections made.
    package var connections = 0
    package var failures: [LoadFailure: Int] = [:]
    /// The first few failures in words.
    package var failureTexts: [String] = []
    package var statuses: [Int: Int] = [:]
    /// In order of first appearance; at most 16, any others are counted under `other`.
    package var slots: [SlotTally] = []
    /// From the start of the schedule to the last answer.
    package var seconds = 0.0

    package init() {}

    /// All answers, whatever the slot.
    package var latency: LatencyHistogram {
        self.slots.reduce(into: LatencyHistogram()) { $0.merge($1.latency) }
    }

    /// The law `scheduled = answered + failed + unsent`.
    package var isConserved: Bool { self.scheduled == self.answered + self.failed + self.unsent }
}

/// How far a run is; numbers of different event loops may be some microseconds apart.
package struct LoadProgress: Sendable, Equatable {
    package var seconds = 0.0
    /// Requests taken up so far; those neither answered nor failed are under way.
    package var sent = 0
    package var answered = 0
    package var failed = 0
    /// The slot and generation of the latest answer that had them.
    package var slot: String?
    package var generation: UInt64?

    package init() {}
}
