/// What turned out to be right about one request, told afterwards. It is held against both answers of the request's pair.
package struct Feedback: Sendable, Equatable {
    package enum Truth: Sendable, Equatable {
        /// The right class; each answer's loss is 0 or 1.
        case label(String)
        /// How good each answer was, 0...1, by a judge or a task; the loss is what is missing to 1.
        case scores(live: Double, candidate: Double)
    }

    /// The `id` the client gave the request.
    package var requestID: String
    package var truth: Truth

    package init(requestID: String, truth: Truth) {
        self.requestID = requestID
        self.truth = truth
    }
}

/// The losses of one pair's two answers, 0...1, as they went into the evidence.
package struct PairLoss: Sendable, Equatable {
    /// Order in which feedback was accepted within a store; grows.
    package var sequence: Int64
    package var pair: Int64
    package var live: Double
    package var candidate: Double

    package init(sequence: Int64, pair: Int64, live: Double, candidate: Double) {
        self.sequence = sequence
        self.pair = pair
        self.live = live
        self.candidate = candidate
    }
}
