// Writes pairs at full speed, or so many a second, then times the queries. `CapturesBenchmark [file] [pairs] [rate]`
// prints one JSON line.
import Foundation
import ServingCore
import Storage

/// Pairs of two releases: answers that agree, diverge by log-uniform distances, and fail now and then.
struct PairSource {
    static let begin: Int64 = 1_763_000_000_000_000
    private static let countries = ["DE", "FR", "US", "BR", "JP", "IN", "NG", "PL"]

    private var state: UInt64 = 1
    private let body = [UInt8]((0..<600).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    let total: Int

    init(total: Int) { self.total = total }

    mutating func pair(_ index: Int) -> CapturedPair {
        let fails = self.next() % 1000 == 0
        let divergence = fails ? 1 : pow(10, -6 * Double(self.next() % 1_000_000) / 1_000_000)
        var summary = CapturedPair.Summary(
            id: Self.begin + Int64(index) * 200,
            release: Self.begin + (index < self.total / 2 ? 0 : 1),
            model: "sentiment",
            live: "answered",
            candidate: fails ? "error" : "answered",
            liveNanoseconds: 20_000 + self.next() % 70_000,
            candidateNanoseconds: 20_000 + self.next() % 70_000,
            divergence: divergence,
            diverged: divergence > 0.5
        )
        summary.requestID = "request-\(index)"
        summary.segments = [Segment(key: "country", value: Self.countries[Int(self.next() % 8)])]
        if self.next() % 10 == 0 {
            summary.noise = "answered"
            summary.noiseNanoseconds = 30_000
            summary.noiseDivergence = divergence / 10
        }
        return CapturedPair(summary: summary, body: self.body)
    }

    private mutating func next() -> UInt64 {
        self.state ^= self.state << 13
        self.state ^= self.state >> 7
        self.state ^= self.state << 17
        return self.state
    }
}

func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func write(_ count: Int, rate: Double, to store: SQLiteCaptureStore) async -> [String: Double] {
    var source = PairSource(total: count)
    var before = processorSeconds()
    var bytes = 0
    for index in 0..<count { bytes &+= source.pair(index).body.count }
    let generation = processorSeconds() - before

    source = PairSource(total: count)
    before = processorSeconds()
    let begin = ContinuousClock.now
    for release in 0..<2 {
        store.save(
            Release(
                id: PairSource.begin + Int64(release),
                model: "sentiment",
                kind: .candidate,
                live: .init(slot: .blue, version: 1, digest: "a"),
                candidate: .init(slot: .green, version: 2, digest: "b")
            )
        )
    }
    for index in 0..<count {
        if index % 50 == 0 {
            while ContinuousClock.now - begin < .seconds(Double(index) / rate) { usleep(2000) }
            while store.figures().queuedPairs > 10_000 { usleep(500) }
        }
        store.append(source.pair(index))
    }
    store.save(evidence: [UInt8](repeating: 7, count: 500_000), of: PairSource.begin)
    await store.flush()
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    let figures = store.figures()
    return [
        "pairs": Double(figures.stored),
        "dropped": Double(figures.dropped.values.reduce(0, +)),
        "pairs_per_second": Double(count) / seconds,
        "cpu_us_per_pair": (processorSeconds() - before - generation) / Double(count) * 1e6,
    ]
}

/// Median of five, milliseconds, with the number of rows.
func time(_ run: () async throws -> Int) async throws -> [String: Double] {
    var times: [Double] = []
    var rows = 0
    for _ in 0..<5 {
        let begin = ContinuousClock.now
        rows = try await run()
        times.append((ContinuousClock.now - begin) / .milliseconds(1))
    }
    return ["ms": times.sorted()[2], "rows": Double(rows)]
}

func queries(_ store: SQLiteCaptureStore, count: Int) async throws -> [String: [String: Double]] {
    func query(_ change: (inout PairQuery) -> Void) -> PairQuery {
        var query = PairQuery(model: "sentiment")
        change(&query)
        return query
    }
    let country = Segment(key: "country", value: "DE")
    let middle = PairSource.begin + Int64(count / 2) * 200
    let cases: [(String, PairQuery)] = [
        ("newest", query { _ in }),
        ("newest_1000", query { $0.limit = 1000 }),
        ("diverged", query { $0.divergedOnly = true }),
        ("diverged_1000", query { ($0.divergedOnly, $0.limit) = (true, 1000) }),
        ("diverged_by_divergence", query { ($0.divergedOnly, $0.order) = (true, .divergence) }),
        ("by_divergence", query { $0.order = .divergence }),
        ("by_divergence_1000", query { ($0.order, $0.limit) = (.divergence, 1000) }),
        ("candidate_error", query { $0.candidateOutcome = "error" }),
        ("candidate_timeout_none", query { $0.candidateOutcome = "timeout" }),
        ("live_error_none", query { $0.liveOutcome = "error" }),
        ("segment", query { $0.segment = country }),
        ("segment_diverged", query { ($0.segment, $0.divergedOnly) = (country, true) }),
        ("segment_error", query { ($0.segment, $0.candidateOutcome) = (country, "error") }),
        ("segment_none", query { $0.segment = Segment(key: "country", value: "XX") }),
        ("segment_by_divergence", query { ($0.segment, $0.order) = (country, .divergence) }),
        ("time_window", query { ($0.from, $0.until) = (middle, middle + 10_000_000) }),
        ("page_from_middle", query { $0.before = middle }),
        ("older_release", query { $0.release = PairSource.begin }),
    ]
    var times: [String: [String: Double]] = [:]
    for (name, query) in cases {
        times[name] = try await time { try await store.pairs(query).count }
    }
    times["evidence"] = try await time { try await store.evidence(of: PairSource.begin) == nil ? 0 : 1 }
    times["pair"] = try await time { try await store.pair(middle) == nil ? 0 : 1 }
    times["bodies_1000"] = try await time {
        try await store.pairs(model: "sentiment", release: PairSource.begin + 1, after: middle, limit: 1000).count
    }
    return times
}

func benchmark() async throws {
    let path = CommandLine.arguments.dropFirst().first ?? "benchmarks/.work/captures.db"
    let count = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1_000_000
    let rate = CommandLine.arguments.dropFirst(3).first.flatMap { Double($0) } ?? .infinity
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    // The pairs' times lie in the past; they are to stay nevertheless.
    var options = SQLiteCaptureStore.Options()
    options.now = { PairSource.begin }
    var store = try SQLiteCaptureStore(path: path, options: options)
    var writing = await write(count, rate: rate, to: store)
    let times = try await queries(store, count: count)
    await store.close()
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    writing["bytes_per_pair"] = Double(size) / Double(max(1, count))

    options.maximumBytes = Int64(size / 2)
    let before = processorSeconds()
    let begin = ContinuousClock.now
    store = try SQLiteCaptureStore(path: path, options: options)
    await store.expire()
    let expired = Double(store.figures().expired)
    let retention = [
        "expired": expired,
        "expired_per_second": expired / ((ContinuousClock.now - begin) / .seconds(1)),
        "cpu_us_per_pair": (processorSeconds() - before) / max(1, expired) * 1e6,
    ]
    await store.close()

    struct Report: Codable {
        var writing: [String: Double]
        var retention: [String: Double]
        var queries: [String: [String: Double]]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let report = Report(writing: writing, retention: retention, queries: times)
    print(String(decoding: try encoder.encode(report), as: UTF8.self))
}

try await benchmark()
