import Capture
package import ServingCore

/// Takes what turned out to be right about requests: finds each one's pair, holds the truth against both answers, keeps the
/// losses and adds them to the evidence.
package struct FeedbackKeeper: Sendable {
    private let store: any CaptureStore
    private let recorder: TrialRecorder
    private let hash: KeyedHash
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64

    /// - Parameter key: the one the pairs were stored with.
    package init(store: any CaptureStore, recorder: TrialRecorder, key: [UInt8], now: @escaping @Sendable () -> Int64) {
        self.store = store
        self.recorder = recorder
        self.hash = KeyedHash(key: key)
        self.now = now
    }

    private struct Found {
        var place: Int
        var release: Int64
        var feedback: PairFeedback
    }

    /// What is accepted has reached the disk when this returns, and is in the evidence of its release if that runs.
    ///
    /// - Parameter labelOutput: the output whose class labels are held against; nil: see `PairJudge`.
    package func take(
        _ items: [Feedback],
        model: String,
        labelOutput: String?
    ) async throws(StoreError) -> FeedbackReply {
        var reply = FeedbackReply()
        var found: [Found] = []
        for (place, item) in items.enumerated() {
            let hash = self.hash.request(item.requestID, model: model)
            guard let pair = try await self.store.pair(requestHash: hash, model: model) else {
                reply.problems.append(.unknown(item.requestID))
                continue
            }
            switch PairJudge(labelOutput: labelOutput).losses(of: pair, item.truth) {
            case .success(let losses):
                let feedback = PairFeedback(
                    pair: pair.summary.id,
                    told: self.hash.truth(item.truth, of: pair.summary.id),
                    live: losses.live,
                    candidate: losses.candidate,
                    at: self.now()
                )
                found.append(Found(place: place, release: pair.summary.release, feedback: feedback))
            case .failure(let problem):
                reply.problems.append(
                    FeedbackReply.Problem(id: item.requestID, code: problem.code, message: problem.message)
                )
            }
        }
        guard !found.isEmpty else { return reply }
        let outcomes = try await self.store.append(feedback: found.map(\.feedback))
        for (one, outcome) in zip(found, outcomes) {
            switch outcome {
            case .accepted: reply.accepted += 1
            case .repeated: reply.known += 1
            case .contradicted: reply.problems.append(.contradiction(items[one.place].requestID))
            case .unknown: reply.problems.append(.unknown(items[one.place].requestID))
            }
        }
        for release in Set(found.map(\.release)) { try await self.recorder.catchUp(release) }
        return reply
    }
}

/// What became of each item of feedback.
package struct FeedbackReply: Sendable, Codable, Equatable {
    package struct Problem: Sendable, Codable, Equatable {
        package var id: String
        /// Stable: `unknown`, `conflict`, `unreadable` or `unlabelled`.
        package var code: String
        package var message: String

        package init(id: String, code: String, message: String) {
            self.id = id
            self.code = code
            self.message = message
        }

        static func unknown(_ id: String) -> Problem {
            Problem(
                id: id,
                code: "unknown",
                message:
                    "no pair of a request with this id is kept: it was not mirrored, or is not stored yet (try again in "
                    + "a second), or is older than the retention allows, or captures are off"
            )
        }

        static func contradiction(_ id: String) -> Problem {
            Problem(id: id, code: "conflict", message: "something else was told about this request before, and stands")
        }
    }

    /// Items that are in the evidence now.
    package var accepted: Int
    /// Items that were told before, in the same words.
    package var known: Int
    package var problems: [Problem]

    package init(accepted: Int = 0, known: Int = 0, problems: [Problem] = []) {
        self.accepted = accepted
        self.known = known
        self.problems = problems
    }
}
