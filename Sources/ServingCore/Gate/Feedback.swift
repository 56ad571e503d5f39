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

/// Feedback about one stored pair, as it is kept: found already, judged already, without the label.
package struct PairFeedback: Sendable, Equatable {
    package var pair: Int64
    /// `KeyedHash.truth`: a repetition can be told from a contradiction, and nothing can be read.
    package var told: Int64
    /// Losses, 0...1.
    package var live: Double
    package var candidate: Double
    /// Microseconds since 1970.
    package var at: Int64

    package init(pair: Int64, told: Int64, live: Double, candidate: Double, at: Int64) {
        self.pair = pair
        self.told = told
        self.live = live
        self.candidate = candidate
        self.at = at
    }
}

/// What became of feedback about one pair.
package enum FeedbackOutcome: Sendable, Equatable {
    /// It counts, under this sequence.
    case accepted(Int64)
    /// The same was told before, and counts once, under this sequence.
    case repeated(Int64)
    /// Something else was told before, and stands.
    case contradicted
    /// The pair is not stored, or no longer.
    case unknown
}

/// The losses of one pair's two answers, 0...1, as they went into the evidence.
package struct PairLoss: Sendable, Equatable {
    /// Order in which feedback was accepted within a store; grows.
    package var sequence: Int64
    package var pair: Int64
    package var live: Double
    package var candidate: Double
    /// Of the pair.
    package var segments: [Segment]

    package init(sequence: Int64, pair: Int64, live: Double, candidate: Double, segments: [Segment] = []) {
        self.sequence = sequence
        self.pair = pair
        self.live = live
        self.candidate = candidate
        self.segments = segments
    }
}

/// Where feedback is kept, beside the pairs it is about; part of the capture store. Implementations pass
/// `FeedbackStoreConformance`.
package protocol FeedbackStore: Sendable {
    /// The pair that a request with this hash left, of several the newest. Nil when there is none, or no longer.
    func pair(requestHash: Int64, model: String) async throws(StoreError) -> CapturedPair?

    /// Accepts what was not told before, in this order, and returns what became of each once it has reached stable
    /// storage. When it throws, nothing of it was accepted.
    func append(feedback: [PairFeedback]) async throws(StoreError) -> [FeedbackOutcome]

    /// Of a release's pairs, in the order of acceptance, 1 to 1000 with larger sequences than `sequence`. Feedback goes
    /// when its pair does; its sequence is never given again.
    func losses(of release: Int64, after sequence: Int64, limit: Int) async throws(StoreError) -> [PairLoss]
}
