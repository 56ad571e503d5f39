import ServingCore

extension ControlStoreConformance {
    static let writing: [ControlStoreConformance] = [
        ControlStoreConformance("a new store is empty") { store in
            try require(try await store.records(), equals: [], "records")
            try require(try await store.audit(AuditQuery()), equals: [], "audit")
            try require(try await store.auditCount(), equals: 0, "audit rows")
        },
        ControlStoreConformance("a committed record is read back whole") { store in
            var record = ModelRecord.sample(revision: 1)
            record.standby = .green
            record.slots[.green]?.source = "Ünïcode ✓ 'quoted' \"; DROP TABLE models; --"
            _ = try await store.commit(.sample(record))
            try require(try await store.records(), equals: [record], "records")
        },
        ControlStoreConformance("traffic settings are kept, changed and taken back with their record") { store in
            var record = ModelRecord.sample(revision: 1)
            let settings = [
                TrafficSettings(shadow: 1, noise: -0.0), TrafficSettings(shadow: 1.0 / 3, noise: 0.07), nil,
            ]
            for traffic in settings {
                record.traffic = traffic
                _ = try await store.commit(.sample(record))
                try require(try await store.records(), equals: [record], "records")
                record.revision += 1
            }
        },
        ControlStoreConformance("a split and a standing promotion are kept, changed and taken back with their record") {
            store in
            var record = ModelRecord.sample(revision: 1)
            let keys: [SplitKey] = [.requestID, .header("x-user"), .parameter("größe:\"a\"")]
            for (step, key) in keys.enumerated() {
                record.split = SplitSettings(
                    share: 1.0 / 3,
                    key: key,
                    seed: .min + Int64(step),
                    ramp: step == 0 ? [] : [0.05, 0.1 + 0.2, 1],
                    stepBegan: .max
                )
                record.promotion = StandingPromotion(
                    at: 1_700_000_000_000_001,
                    verdict: step == 0 ? nil : 7,
                    watchedUntil: .max,
                    keptUntil: step == 1 ? nil : -1
                )
                _ = try await store.commit(.sample(record))
                try require(try await store.records(), equals: [record], "records with both")
                record.revision += 1
            }
            record.split = nil
            _ = try await store.commit(.sample(record))
            try require(try await store.records(), equals: [record], "records with a promotion alone")
            record.revision += 1
            record.promotion = nil
            _ = try await store.commit(.sample(record))
            try require(try await store.records(), equals: [record], "records with neither")
        },
        ControlStoreConformance("records of several models are kept apart and come by name") { store in
            for model in ["sentiment", "digits", "a"] {
                _ = try await store.commit(.sample(.sample(model, revision: 1)))
            }
            try require(try await store.records().map(\.model), equals: ["a", "digits", "sentiment"], "models")
        },
        ControlStoreConformance("a slot that was emptied is gone") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            var record = ModelRecord.sample(revision: 2)
            record.slots[.green] = nil
            _ = try await store.commit(.sample(record))
            try require(try await store.records(), equals: [record], "records")
        },
        ControlStoreConformance("an intent is visible until its commit") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            let intent = CutoverIntent.sample(revision: 1)
            try await store.begin(intent)
            try require(try await store.records().first?.intent, equals: intent, "intent after begin")
            _ = try await store.commit(.sample(.sample(revision: 2, live: .green)))
            try require(try await store.records().first?.intent, equals: nil, "intent after commit")
        },
        ControlStoreConformance("an intent of a model without a record is visible at revision 0") { store in
            let intent = CutoverIntent.sample("fresh", revision: 0)
            try await store.begin(intent)
            var expected = ModelRecord(model: "fresh")
            expected.intent = intent
            try require(try await store.records(), equals: [expected], "records")
        },
        ControlStoreConformance("an intent replaces the model's own and no other's") { store in
            try await store.begin(.sample("one", revision: 0))
            try await store.begin(.sample("two", revision: 0))
            var later = CutoverIntent.sample("two", revision: 0)
            later.actor = "grace@lab"
            try await store.begin(later)
            let actors = try await store.records().map { $0.intent?.actor ?? "-" }
            try require(actors, equals: ["ada@lab", "grace@lab"], "actors")
        },
        ControlStoreConformance("begin at another revision is refused and writes nothing") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            for revision: Int64 in [0, 2] {
                try await require(.staleRevision(current: 1), "begin at \(revision)") {
                    try await store.begin(.sample(revision: revision))
                }
            }
            try require(try await store.records().first?.intent, equals: nil, "intent")
        },
        ControlStoreConformance("a stale commit writes nothing at all") { store in
            let first = ModelRecord.sample(revision: 1)
            _ = try await store.commit(.sample(first))
            let intent = CutoverIntent.sample(revision: 1)
            try await store.begin(intent)
            for revision: Int64 in [0, 3] {
                try await require(.staleRevision(current: 1), "commit of \(revision)") {
                    _ = try await store.commit(.sample(.sample(revision: revision, live: .green), key: "k"))
                }
            }
            var expected = first
            expected.intent = intent
            try require(try await store.records(), equals: [expected], "records")
            try require(try await store.auditCount(), equals: 1, "audit rows")
            try require(try await store.reply(forKey: "k"), equals: nil, "reply")
        },
        ControlStoreConformance("a change without effect on routing may keep the revision") { store in
            let record = ModelRecord.sample(revision: 1)
            _ = try await store.commit(.sample(record))
            try require(try await store.commit(.sample(record)), equals: 2, "audit row")
        },
        ControlStoreConformance("a second writer cannot move the live slot within one revision") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            try await require(.staleRevision(current: 1), "second writer") {
                _ = try await store.commit(.sample(.sample(revision: 1, live: .green)))
            }
        },
        ControlStoreConformance("writers that race for a revision never both decide which slot is live") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            let winners = await withTaskGroup(of: Slot?.self) { group in
                for writer in 0..<16 {
                    group.addTask {
                        let live: Slot = writer.isMultiple(of: 2) ? .green : .blue
                        let audit = try? await store.commit(.sample(.sample(revision: 2, live: live)))
                        return audit == nil ? nil : live
                    }
                }
                return await group.reduce(into: Set<Slot>()) { winners, live in
                    if let live { winners.insert(live) }
                }
            }
            let stored = try await store.records().first?.live
            try require(Array(winners), equals: [stored].compactMap(\.self), "slots that writers were told are live")
        },
    ]
}
