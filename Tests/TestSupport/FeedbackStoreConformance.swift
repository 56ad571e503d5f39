package import ServingCore

/// One promise of `FeedbackStore`, to be kept by every implementation:
/// `@Test(arguments: FeedbackStoreConformance.all) func keeps(_ promise: FeedbackStoreConformance) async throws`.
package struct FeedbackStoreConformance: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (any CaptureStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any CaptureStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Throws `BrokenPromise` or what the store threw. `store` must be empty.
    package func check(_ store: any CaptureStore) async throws {
        try await self.body(store)
    }

    package static let all: [FeedbackStoreConformance] = [
        FeedbackStoreConformance("a pair is found by its request's hash, of several the newest, of its model alone") {
            store in
            for (id, hash) in [(1, 5), (2, 5), (3, -9), (4, nil), (5, 0)] as [(Int64, Int64?)] {
                store.append(.of(id, hash: hash))
            }
            store.append(.of(6, model: "sentiment", hash: -9))
            await store.flush()
            try require(try await store.pair(requestHash: 5, model: "digits"), equals: .of(2, hash: 5), "of two")
            for (model, id) in [("digits", 3), ("sentiment", 6)] as [(String, Int64)] {
                let found = try await store.pair(requestHash: -9, model: model)
                try require(found?.summary.id, equals: id, "of \(model)")
            }
            try require(try await store.pair(requestHash: 0, model: "digits")?.summary.id, equals: 5, "hash 0")
            try require(try await store.pair(requestHash: 5, model: "sentiment"), equals: nil, "of another model")
            try require(try await store.pair(requestHash: 6, model: "digits"), equals: nil, "of nobody")
        },
        FeedbackStoreConformance("feedback counts once: the same again is repeated, anything else contradicted") {
            store in
            for id: Int64 in 1...2 { store.append(.of(id)) }
            await store.flush()
            let first = try await store.append(feedback: [.about(1, told: 7), .about(1, told: 7), .about(1, told: 8)])
            try require(first, equals: [.accepted(1), .repeated(1), .contradicted], "in one go")
            let later = try await store.append(feedback: [.about(1, told: 8), .about(1, told: 7), .about(2, told: 7)])
            try require(later, equals: [.contradicted, .repeated(1), .accepted(2)], "later")
            let losses = try await store.losses(of: 1, after: 0, limit: 9)
            try require(losses.map(\.pair), equals: [1, 2], "pairs with losses")
            try require(try await store.append(feedback: []), equals: [], "outcomes of nothing")
        },
        FeedbackStoreConformance("feedback about a pair that is not there is unknown, and spoils nothing else") {
            store in
            store.append(.of(1))
            await store.flush()
            let outcomes = try await store.append(feedback: [.about(9), .about(1), .about(10)])
            try require(outcomes, equals: [.unknown, .accepted(1), .unknown], "outcomes")
            store.append(.of(9))
            await store.flush()
            try require(try await store.append(feedback: [.about(9)]), equals: [.accepted(2)], "once it is there")
        },
        FeedbackStoreConformance("losses come by release, in the order of acceptance, a page at a time") { store in
            for id: Int64 in 1...50 { store.append(.of(id, release: 1 + id % 2)) }
            await store.flush()
            var expected: [PairLoss] = []
            for sequence: Int64 in 1...50 {
                // Not in the order of ids.
                let pair = (sequence * 17) % 50 + 1
                let loss = PairLoss(sequence: sequence, pair: pair, live: Double(sequence) / 100, candidate: 0.5)
                if pair % 2 == 1 { expected.append(loss) }
                _ = try await store.append(feedback: [.about(pair, live: loss.live)])
            }
            var seen: [PairLoss] = []
            while true {
                let page = try await store.losses(of: 2, after: seen.last?.sequence ?? 0, limit: 7)
                if page.isEmpty { break }
                seen += page
            }
            try require(seen, equals: expected, "losses")
            try require(try await store.losses(of: 3, after: 0, limit: 9), equals: [], "of no release")
            try require(try await store.losses(of: 2, after: .max, limit: 9), equals: [], "after the last")
            for (limit, count) in [(Int.min, 1), (.max, 25)] {
                let page = try await store.losses(of: 2, after: .min, limit: limit)
                try require(page.count, equals: count, "limit \(limit)")
            }
        },
        FeedbackStoreConformance("a loss is filed under the segments of its pair") { store in
            let segments = [Segment(key: "label", value: "8"), Segment(key: "x-tenant", value: "a", isHeader: true)]
            store.append(.of(1, segments: segments))
            store.append(.of(2))
            await store.flush()
            _ = try await store.append(feedback: [.about(1), .about(2)])
            let losses = try await store.losses(of: 1, after: 0, limit: 9)
            try require(losses.map(\.segments), equals: [segments, []], "segments")
        },
        FeedbackStoreConformance("a loss outside 0...1 is moved inside, and one that is no number counts as 1") {
            store in
            for id: Int64 in 1...2 { store.append(.of(id)) }
            await store.flush()
            _ = try await store.append(feedback: [.about(1, live: -.infinity, candidate: .nan)])
            _ = try await store.append(feedback: [.about(2, live: 1.5, candidate: -0.5)])
            let losses = try await store.losses(of: 1, after: 0, limit: 9)
            try require(losses.map(\.live), equals: [0, 1], "live")
            try require(losses.map(\.candidate), equals: [1, 0], "candidate")
        },
        FeedbackStoreConformance("of many who tell different things about one pair, one is accepted") { store in
            store.append(.of(1))
            await store.flush()
            let outcomes = try await withThrowingTaskGroup(of: [FeedbackOutcome].self) { group in
                for told: Int64 in 0..<16 {
                    group.addTask { try await store.append(feedback: [.about(1, told: told)]) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            try require(outcomes.count { $0 == .accepted(1) }, equals: 1, "accepted")
            try require(outcomes.count { $0 == .contradicted }, equals: 15, "contradicted")
        },
    ]
}

extension CapturedPair {
    fileprivate static func of(
        _ id: Int64,
        release: Int64 = 1,
        model: String = "digits",
        hash: Int64? = nil,
        segments: [Segment] = []
    ) -> CapturedPair {
        var summary = Summary(
            id: id,
            release: model == "digits" ? release : 100 + release,
            model: model,
            live: "answered",
            candidate: "answered",
            liveNanoseconds: 1,
            candidateNanoseconds: 2,
            divergence: 0,
            diverged: false
        )
        summary.segments = segments
        return CapturedPair(summary: summary, body: [1, 2, 3], requestHash: hash)
    }
}

extension PairFeedback {
    package static func about(
        _ pair: Int64,
        told: Int64 = 1,
        live: Double = 0,
        candidate: Double = 0.5
    ) -> PairFeedback {
        PairFeedback(pair: pair, told: told, live: live, candidate: candidate, at: WallClock.microseconds)
    }
}
