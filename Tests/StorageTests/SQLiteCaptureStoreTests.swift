import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Captures in SQLite")
struct SQLiteCaptureStoreTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    @Test("a pair comes back as it was, also after a restart")
    func roundTrip() async throws {
        var random = SeededRandom(seed: 1)
        let pairs = (1...200).map { CapturedPair.random($0, &random) }
        let first = try SQLiteCaptureStore(path: self.path, options: .quick)
        for pair in pairs { #expect(first.append(pair)) }
        await first.flush()
        for pair in pairs { #expect(try await first.pair(pair.summary.id) == pair) }
        await first.close()
        let second = try SQLiteCaptureStore(path: self.path, options: .quick)
        for pair in pairs { #expect(try await second.pair(pair.summary.id) == pair) }
        #expect(try await second.pair(999) == nil)
        await second.close()
    }

    @Test(
        "every query gives what filtering and sorting all pairs gives",
        arguments: [PairQuery.Order.newest, .divergence]
    )
    func queries(_ order: PairQuery.Order) async throws {
        var random = SeededRandom(seed: 2)
        let all = (1...600).map { CapturedPair.random($0 * 10, &random) }
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for pair in all { store.append(pair) }
        await store.flush()
        for _ in 0..<400 {
            let query = Self.query(order, &random)
            #expect(try await store.pairs(query) == Self.reference(query, all.map(\.summary)), "\(query)")
        }
        await store.close()
    }

    @Test("pages of the newest hold every pair once")
    func paging() async throws {
        var random = SeededRandom(seed: 3)
        let all = (1...250).map { CapturedPair.random($0, &random) }
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for pair in all { store.append(pair) }
        await store.flush()
        var query = PairQuery(model: "digits", limit: 7)
        var seen: [Int64] = []
        while true {
            let page = try await store.pairs(query).map(\.id)
            guard let last = page.last else { break }
            seen += page
            query.before = last
        }
        #expect(seen == all.map(\.summary).filter { $0.model == "digits" }.map(\.id).reversed())
        await store.close()
    }

    @Test("a page has at least one pair and at most 1000, whatever was asked", arguments: [(Int.min, 1), (.max, 1000)])
    func limits(_ limit: Int, _ count: Int) async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in 1...1100 { store.append(.sample(id)) }
        await store.flush()
        #expect(try await store.pairs(PairQuery(model: "digits", limit: limit)).count == count)
        #expect(try await store.pairs(model: "digits", release: 1, after: .min, limit: limit).count == count)
        #expect(try await store.pairs(model: "digits", release: 1, after: .max, limit: limit).isEmpty)
        await store.close()
    }

    @Test("whole pairs of one release, or of all of a model, come in ascending order, a page at a time")
    func wholePairs() async throws {
        var random = SeededRandom(seed: 4)
        let all = (1...300).map { CapturedPair.random($0, &random) }
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for pair in all { store.append(pair) }
        await store.flush()
        for (model, release) in [("digits", 2), ("digits", nil), ("sentiment", 2)] as [(String, Int64?)] {
            var seen: [CapturedPair] = []
            repeat {
                let after = seen.last?.summary.id ?? 0
                let page = try await store.pairs(model: model, release: release, after: after, limit: 9)
                guard !page.isEmpty else { break }
                seen += page
            } while true
            let expected = all.filter {
                $0.summary.model == model && (release ?? $0.summary.release) == $0.summary.release
            }
            #expect(seen == expected, "\(model) \(release ?? 0)")
        }
        await store.close()
    }

    @Test("which segments came in headers is kept")
    func headers() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        var pair = CapturedPair.sample(1)
        pair.summary.segments = [
            Segment(key: "x-tenant", value: "acme", isHeader: true), Segment(key: "label", value: "", isHeader: false),
            Segment(key: "", value: "x", isHeader: true),
        ]
        store.append(pair)
        await store.flush()
        let segments = try #require(try await store.pair(1)).summary.segments
        #expect(segments == pair.summary.segments && segments.map(\.isHeader) == [true, false, true])
        var query = PairQuery(model: "digits")
        query.segment = Segment(key: "x-tenant", value: "acme")
        #expect(try await store.pairs(query).map(\.id) == [1])
        await store.close()
    }

    @Test("of some ids those of stored pairs are told")
    func stored() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in [2, 4] { store.append(.sample(id)) }
        await store.flush()
        #expect(try await store.stored(among: [1, 2, 3, 4, .max]) == [2, 4])
        #expect(try await store.stored(among: []).isEmpty)
        await store.close()
    }

    @Test("a page of large bodies ends early, but never before the first")
    func largeBodies() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in 1...3 { store.append(.sample(id, body: [UInt8](repeating: 5, count: 9 << 20))) }
        await store.flush()
        #expect(try await store.pairs(model: "digits", release: 1, after: 0, limit: 10).map(\.summary.id) == [1])
        #expect(try await store.pairs(model: "digits", release: 1, after: 2, limit: 10).map(\.summary.id) == [3])
        await store.close()
    }

    @Test("releases come newest first, and a later save replaces an earlier one")
    func releases() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in 1...3 { store.save(.sample(id)) }
        store.save(.sample(4, model: "sentiment"))
        await store.flush()
        var ended = Release.sample(2)
        ended.ended = 9
        ended.end = .rolledBack
        store.save(ended)
        await store.flush()
        #expect(try await store.releases(model: nil, limit: 10).map(\.id) == [4, 3, 2, 1])
        #expect(try await store.releases(model: "digits", limit: 2) == [.sample(3), ended])
        #expect(try await store.releases(model: "none", limit: 10).isEmpty)
        await store.close()
    }

    @Test("of a release's evidence the newest stays")
    func evidence() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for byte: UInt8 in 0...200 { store.save(evidence: [byte], of: 1) }
        store.save(evidence: [], of: 2)
        await store.flush()
        store.save(evidence: [201], of: 1)
        await store.flush()
        #expect(try await store.evidence(of: 1) == [201])
        #expect(try await store.evidence(of: 2) == [])
        #expect(try await store.evidence(of: 3) == nil)
        await store.close()
    }

    @Test("a divergence that is no number is stored as the largest, and no count of nanoseconds is too large")
    func oddNumbers() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        var pair = CapturedPair.sample(1)
        pair.summary.divergence = .nan
        pair.summary.noiseDivergence = -.infinity
        pair.summary.liveNanoseconds = .max
        store.append(pair)
        await store.flush()
        let stored = try #require(try await store.pair(1)).summary
        #expect(stored.divergence == 1)
        #expect(stored.noiseDivergence == 0)
        #expect(stored.liveNanoseconds == UInt64(Int64.max))
        await store.close()
    }

    @Test("a second pair with the same id is dropped, and spoils nothing else")
    func sameID() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        for id: Int64 in [1, 2, 2, 3] { store.append(.sample(id)) }
        await store.flush()
        #expect(store.figures().stored == 3)
        #expect(store.figures().dropped == ["failed": 1])
        #expect(try await store.pairs(PairQuery(model: "digits")).map(\.id) == [3, 2, 1])
        await store.close()
    }

    @Test("the file and its log are 0600")
    func modes() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        await store.flush()
        for suffix in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: self.path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        await store.close()
    }

    @Test("rows that are not what was written are an error, not the end")
    func damagedRows() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: .quick)
        store.append(.sample(1))
        store.save(.sample(1))
        await store.flush()
        try await otherProcess(self.path).write { db in
            try db.execute(sql: "UPDATE pairs SET segments = x'FFFFFFFF61'")
            try db.execute(sql: "UPDATE releases SET document = '{'")
        }
        await #expect(throws: StoreError.self) { _ = try await store.pair(1) }
        await #expect(throws: StoreError.self) { _ = try await store.pairs(PairQuery(model: "digits")) }
        await #expect(throws: StoreError.self) { _ = try await store.releases(model: nil, limit: 1) }
        await store.close()
    }

    private static func query(_ order: PairQuery.Order, _ random: inout SeededRandom) -> PairQuery {
        func maybe<Value>(_ value: Value?) -> Value? { Int.random(in: 0..<4, using: &random) == 0 ? value : nil }
        var query = PairQuery(model: Bool.random(using: &random) ? "digits" : "sentiment")
        query.order = order
        query.limit = Int.random(in: 1...80, using: &random)
        query.divergedOnly = maybe(true) ?? false
        query.release = maybe(Int64.random(in: 1...3, using: &random))
        query.candidateOutcome = maybe(Leg.Outcome.allCases.randomElement(using: &random)?.name)
        query.liveOutcome = maybe(Leg.Outcome.allCases.randomElement(using: &random)?.name)
        query.segment = maybe(Segment(key: "country", value: "DE")) ?? maybe(Segment(key: "größe", value: "3"))
        query.from = maybe(Int64.random(in: 0...6000, using: &random))
        query.until = maybe(Int64.random(in: 0...6000, using: &random))
        query.before = maybe(Int64.random(in: 0...6000, using: &random))
        return query
    }

    private static func reference(_ query: PairQuery, _ all: [CapturedPair.Summary]) -> [CapturedPair.Summary] {
        let found = all.filter { pair in
            pair.model == query.model && (query.release ?? pair.release) == pair.release
                && (pair.diverged || !query.divergedOnly)
                && (query.candidateOutcome ?? pair.candidate) == pair.candidate
                && (query.liveOutcome ?? pair.live) == pair.live
                && (query.segment.map { pair.segments.contains($0) } ?? true)
                && pair.id >= query.from ?? .min && pair.id < query.until ?? .max && pair.id < query.before ?? .max
        }
        let sorted = found.sorted { a, b in
            query.order == .newest || a.divergence == b.divergence ? a.id > b.id : a.divergence > b.divergence
        }
        return Array(sorted.prefix(query.limit))
    }
}
