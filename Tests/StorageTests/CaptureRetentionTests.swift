import Foundation
import GRDB
import ServingCore
import Storage
import TestSupport
import Testing

@Suite("Retention of captures")
struct CaptureRetentionTests {
    let folder: TemporaryFolder
    let path: String
    let clock = ManualClock(0)

    init() throws {
        self.folder = try TemporaryFolder()
        self.path = self.folder.file("captures.db")
    }

    private var options: SQLiteCaptureStore.Options {
        var options = SQLiteCaptureStore.Options.quick
        options.maximumAge = .microseconds(1000)
        options.now = { [clock = self.clock] in clock.now }
        return options
    }

    @Test("pairs that are too old go, the others stay")
    func age() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: self.options)
        for id: Int64 in 1...5000 { store.append(.sample(id)) }
        await store.flush()
        self.clock.now = 5900
        await store.expire()
        #expect(store.figures().expired == 4899)
        #expect(try await store.pairs(PairQuery(model: "digits", limit: 1000)).map(\.id) == (4900...5000).reversed())
        #expect(try await store.pairs(model: "digits", release: 1, after: 0, limit: 1000).count == 101)
        #expect(try await store.pair(4899) == nil)
        await store.close()
    }

    @Test("old pairs of an earlier run go at the start")
    func atStart() async throws {
        let first = try SQLiteCaptureStore(path: self.path, options: self.options)
        first.append(.sample(1))
        await first.close()
        self.clock.now = 5000
        let second = try SQLiteCaptureStore(path: self.path, options: self.options)
        #expect(await eventually { second.figures().expired == 1 })
        await second.close()
    }

    @Test("the oldest pairs go when all take more than allowed, while new ones are stored")
    func bytes() async throws {
        var options = self.options
        options.maximumAge = .seconds(3600)
        options.maximumBytes = 1 << 20
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...10_000 { store.append(.sample(id, body: [UInt8](repeating: 1, count: 600))) }
        await store.flush()
        await store.expire()
        let figures = store.figures()
        #expect(figures.stored == 10_000)
        #expect(figures.expired > 8000)
        let kept = try await store.pairs(model: "digits", release: 1, after: 0, limit: 1000).map(\.summary.id)
        #expect(kept.first == Int64(figures.expired) + 1)
        #expect(try await store.pair(10_000) != nil)
        #expect(figures.databaseBytes < 3 << 20)
        await store.close()
    }

    @Test("pairs of a megabyte over the limit go a few at a time, not all at once")
    func largePairs() async throws {
        var options = self.options
        options.maximumAge = .seconds(3600)
        options.maximumBytes = 96 << 20
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        for id: Int64 in 1...100 {
            store.append(.sample(id, body: [UInt8](repeating: 1, count: 1 << 20)))
            await store.flush()
        }
        await store.expire()
        let kept = try await store.pairs(PairQuery(model: "digits", limit: 1000)).map(\.id)
        #expect(kept == Array(((100 - Int64(kept.count) + 1)...100).reversed()))
        #expect(kept.count > 30)
        await store.close()
    }

    @Test("expired pairs are found under no segment, outcome or release")
    func everywhere() async throws {
        var random = SeededRandom(seed: 5)
        let pairs = (1...2000).map { CapturedPair.random($0, &random) }
        let store = try SQLiteCaptureStore(path: self.path, options: self.options)
        for pair in pairs { store.append(pair) }
        await store.flush()
        self.clock.now = 100_000
        await store.expire()
        #expect(store.figures().expired == 2000)
        let left = try await otherProcess(self.path).read { db in
            try ["pairs", "positions", "groups"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(left == [0, 0, 0])
        store.append(pairs[0])
        await store.flush()
        #expect(try await store.pair(1) == pairs[0])
        await store.close()
    }

    @Test("the file gives room back to the disk")
    func shrinks() async throws {
        let store = try SQLiteCaptureStore(path: self.path, options: self.options)
        for id: Int64 in 1...20_000 { store.append(.sample(id, body: [UInt8](repeating: 1, count: 600))) }
        await store.flush()
        let before = try self.size("")
        self.clock.now = 100_000
        await store.expire()
        #expect(before > 5 << 20)
        #expect(try self.size("") < 2 << 20)
        #expect(try self.size("-wal") == 0)
        await store.close()
    }

    /// Seed 49 finds deletions that come too close to rows with content.
    @Test("nothing of an expired pair is left in the files", arguments: [0, 1, 2, 3, 4, 5, 6, 7, 49])
    func goneFromDisk(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var options = self.options
        // Batches end where the test flushes.
        options.batchDelay = .seconds(3600)
        let store = try SQLiteCaptureStore(path: self.path, options: options)
        let sizes =
            [[1, 5], [20, 60], [90, 200], [1, 250], [3, 30, 250], [700, 2000]].randomElement(using: &random) ?? []
        var next: Int64 = 1
        for _ in 0..<25 {
            let count = Int64.random(in: 1...200, using: &random)
            // Threads finish their pairs a little out of order.
            let ids = (next..<next + count).map { (order: $0 + Int64.random(in: 0...8, using: &random), id: $0) }
            for (_, id) in ids.sorted(by: { ($0.order, $0.id) < ($1.order, $1.id) }) {
                store.append(Self.planted(id, sizes.randomElement(using: &random) ?? 1, &random))
            }
            await store.flush()
            next += count
            let oldest = next - Int64.random(in: 1...150, using: &random)
            self.clock.now = max(self.clock.now, oldest + 1000)
            await store.expire()
            let left = try self.plantedIDs()
            #expect(left.filter { $0 < self.clock.now - 1000 }.isEmpty)
            #expect(left.contains(next - 1))
        }
        #expect(store.figures().stored == UInt64(next - 1))
        await store.close()
        #expect(try self.plantedIDs().filter { $0 < self.clock.now - 1000 }.isEmpty)
    }

    /// A pair whose texts and body all carry its number.
    private static func planted(_ id: Int64, _ size: Int, _ random: inout SeededRandom) -> CapturedPair {
        let mark = "planted-\(1_000_000 + id)-"
        var pair = CapturedPair.sample(id, diverged: id % 3 == 0)
        pair.summary.requestID = mark
        pair.summary.reason = mark
        pair.summary.segments = [Segment(key: "user", value: mark), Segment(key: "country", value: "DE")]
        pair.body = [UInt8](String(repeating: mark, count: Int.random(in: 0...size, using: &random)).utf8)
        return pair
    }

    /// Of all marks in the raw files.
    private func plantedIDs() throws -> Set<Int64> {
        var found: Set<Int64> = []
        let mark = Array("planted-".utf8)
        for suffix in ["", "-wal", "-shm"] {
            guard let content = FileManager.default.contents(atPath: self.path + suffix) else { continue }
            content.withUnsafeBytes { content in
                guard let base = content.baseAddress else { return }
                var offset = 0
                while let hit = memchr(base + offset, Int32(mark[0]), content.count - offset) {
                    offset = UnsafeRawPointer(hit) - base + 1
                    guard content.count - offset > 16, memcmp(hit, mark, mark.count) == 0 else { continue }
                    let digits = content[(offset + mark.count - 1)...].prefix(7)
                    if let number = Int64(String(decoding: digits, as: UTF8.self)) {
                        found.insert(number - 1_000_000)
                    }
                }
            }
        }
        return found
    }

    private func size(_ suffix: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: self.path + suffix)[.size] as? Int ?? 0
    }
}
