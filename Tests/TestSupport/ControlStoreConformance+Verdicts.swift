package import ServingCore

extension ControlStoreConformance {
    static let verdicts: [ControlStoreConformance] = [
        ControlStoreConformance("a verdict is read back whole, under the number the store gave it") { store in
            var one = StoredVerdict.sample(.promote, body: 3000)
            one.model = "größe ✓ '; --"
            one.id = 77
            one.created = .min
            one.expires = .max
            one.release = -1
            one.signature = (0..<32).map { 255 - $0 }
            var empty = StoredVerdict.sample(.hold, body: 0)
            try require(try await store.save(one), equals: 1, "first number")
            try require(try await store.save(empty), equals: 2, "second number")
            one.id = 1
            empty.id = 2
            try require(try await store.verdict(1), equals: one, "first verdict")
            try require(try await store.verdict(2), equals: empty, "second verdict")
            try require(try await store.verdict(3), equals: nil, "a verdict nobody gave")
        },
        ControlStoreConformance("verdicts come newest first, of one model or of all, 1 to 1000") { store in
            for model in ["one", "two", "one", "two", "one"] { _ = try await store.save(.sample(model: model)) }
            try require(try await store.verdicts(model: nil, limit: 9).map(\.id), equals: [5, 4, 3, 2, 1], "all")
            try require(try await store.verdicts(model: "one", limit: 2).map(\.id), equals: [5, 3], "of one")
            try require(try await store.verdicts(model: "none", limit: 9), equals: [], "of nobody")
            for (limit, count) in [(Int.min, 1), (0, 1), (.max, 5)] {
                try require(try await store.verdicts(model: nil, limit: limit).count, equals: count, "limit \(limit)")
            }
        },
        ControlStoreConformance("the newest rejection of a candidate under a policy is found, whatever the release") {
            store in
            func found() async throws -> StoredVerdict? {
                try await store.rejection(model: "digits", candidate: "cc", policy: "pp")
            }
            for decision: Verdict.Decision in [.promote, .hold] { _ = try await store.save(.sample(decision)) }
            try require(try await found(), equals: nil, "before any rejection")
            var others = [StoredVerdict](repeating: .sample(.reject), count: 3)
            others[0].model = "sentiment"
            others[1].candidate = "c"
            others[2].policy = "ppp"
            for other in others { _ = try await store.save(other) }
            try require(try await found(), equals: nil, "after rejections of something else")
            for release: Int64 in 8...9 { _ = try await store.save(.sample(.reject, release: release)) }
            _ = try await store.save(.sample(.promote))
            try require(try await found()?.id, equals: 7, "the newest rejection")
            try require(try await found()?.release, equals: 9, "its release")
        },
        ControlStoreConformance("of a model's hold verdicts the newest 1,000 stay, and all others") { store in
            for decision: Verdict.Decision in [.promote, .reject] { _ = try await store.save(.sample(decision)) }
            _ = try await store.save(.sample(model: "sentiment"))
            for _ in 0..<1003 { _ = try await store.save(.sample(body: 0)) }
            let kept = try await store.verdicts(model: "digits", limit: 1000).map(\.id)
            try require(kept, equals: (7...1006).reversed(), "the newest")
            for id: Int64 in [4, 5, 6] { try require(try await store.verdict(id), equals: nil, "hold \(id)") }
            for id: Int64 in [1, 2, 3, 7] {
                try require(try await store.verdict(id)?.id, equals: id, "verdict \(id)")
            }
            try require(try await store.save(.sample()), equals: 1007, "the next number")
        },
    ]
}

extension StoredVerdict {
    /// A verdict about candidate `cc` of `model` under policy `pp`, with so many bytes of body.
    package static func sample(
        _ decision: Verdict.Decision = .hold,
        model: String = "digits",
        release: Int64 = 7,
        body: Int = 40
    ) -> StoredVerdict {
        StoredVerdict(
            model: model,
            release: release,
            decision: decision,
            candidate: "cc",
            live: "ll",
            policy: "pp",
            created: 1_700_000_000_000_000,
            expires: 1_700_003_600_000_000,
            body: (0..<body).map { UInt8(truncatingIfNeeded: $0) }
        )
    }
}
