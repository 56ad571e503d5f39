import ServingCore

extension ControlStoreConformance {
    static let reading: [ControlStoreConformance] = [
        ControlStoreConformance("audit rows are numbered without gaps, also across refusals") { store in
            var numbers: [Int64] = []
            for revision: Int64 in 1...5 {
                numbers.append(try await store.commit(.sample(.sample(revision: revision))))
                try await require(.staleRevision(current: revision), "stale") {
                    _ = try await store.commit(.sample(.sample(revision: 99)))
                }
            }
            try require(numbers, equals: [1, 2, 3, 4, 5], "numbers")
            try require(try await store.auditCount(), equals: 5, "audit rows")
        },
        ControlStoreConformance("an audit entry is read back whole") { store in
            var entry = AuditEntry(at: 1_700_000_000_000_001, model: "digits", action: "load", actor: "a", revision: 1)
            entry.reason = "line one\nline two ✓ '; --"
            entry.forced = true
            entry.slot = .green
            entry.liveBefore = .blue
            entry.liveAfter = .green
            entry.version = 7
            entry.digests = ["blue": "ab", "green": "c\"d"]
            entry.detail = "output `label` is missing"
            entry.verdict = 12
            var plain = AuditEntry(at: 0, model: "digits", action: "loaded", actor: "teal", revision: 2)
            for (index, expected) in [entry, plain].enumerated() {
                let record = ModelRecord.sample(revision: Int64(index) + 1)
                _ = try await store.commit(ControlChange(record: record, entry: expected))
            }
            entry.id = 1
            plain.id = 2
            try require(try await store.audit(AuditQuery()), equals: [plain, entry], "entries")
        },
        ControlStoreConformance("the audit log is paged newest first without loss or repetition") { store in
            for revision: Int64 in 1...23 { _ = try await store.commit(.sample(.sample(revision: revision))) }
            var seen: [Int64] = []
            var before: Int64?
            while true {
                let page = try await store.audit(AuditQuery(before: before, limit: 5)).map(\.id)
                guard let last = page.last else { break }
                seen += page
                before = last
            }
            try require(seen, equals: (1...23).reversed(), "numbers")
        },
        ControlStoreConformance("the audit log can be read for one model") { store in
            for revision: Int64 in 1...3 {
                _ = try await store.commit(.sample(.sample("one", revision: revision)))
                _ = try await store.commit(.sample(.sample("two", revision: revision)))
            }
            let all = try await store.audit(AuditQuery(model: "one")).map(\.id)
            try require(all, equals: [5, 3, 1], "rows of one")
            let page = try await store.audit(AuditQuery(model: "one", before: 5, limit: 1)).map(\.id)
            try require(page, equals: [3], "second page of one")
            try require(try await store.audit(AuditQuery(model: "none")), equals: [], "rows of nobody")
        },
        ControlStoreConformance("a limit outside 1 to 1000 is moved inside") { store in
            for revision: Int64 in 1...3 { _ = try await store.commit(.sample(.sample(revision: revision))) }
            for (limit, count) in [(-1, 1), (0, 1), (2, 2), (Int.max, 3)] {
                try require(try await store.audit(AuditQuery(limit: limit)).count, equals: count, "limit \(limit)")
            }
        },
        ControlStoreConformance("a reply is found under its key and knows its audit row") { store in
            _ = try await store.commit(.sample(.sample(revision: 1)))
            let at = WallClock.microseconds
            let row = try await store.commit(.sample(.sample(revision: 2), key: "k1", at: at))
            let expected = IdempotentReply(key: "k1", fingerprint: "promote digits", audit: row, at: at)
            try require(try await store.reply(forKey: "k1"), equals: expected, "reply")
            try require(try await store.reply(forKey: "k2"), equals: nil, "reply to another key")
        },
        ControlStoreConformance("a reply is forgotten after 24 hours") { store in
            let hour: Int64 = 60 * 60 * 1_000_000
            let now = WallClock.microseconds
            _ = try await store.commit(.sample(.sample(revision: 1), key: "old", at: now - 25 * hour))
            _ = try await store.commit(.sample(.sample(revision: 2), key: "young", at: now - 23 * hour))
            try require(try await store.reply(forKey: "old"), equals: nil, "old reply")
            try require(try await store.reply(forKey: "young")?.audit, equals: 2, "young reply")
            try require(try await store.auditCount(), equals: 2, "audit rows")
        },
    ]
}
