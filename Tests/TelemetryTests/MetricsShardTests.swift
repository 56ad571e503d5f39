import ServingCore
import Telemetry
import Testing

@Suite struct MetricsShardTests {
    private static let key = SeriesKey(model: "m", slot: "blue", version: 1)

    @Test("A version that comes back continues its series")
    func sameCounters() {
        let shard = MetricsShard()
        #expect(shard.counters(for: Self.key) === shard.counters(for: Self.key))
        #expect(shard.counters(for: Self.key) !== shard.counters(for: .init(model: "m", slot: "blue", version: 2)))
    }

    @Test("Only answered requests enter the latency histogram; every outcome is counted")
    func outcomes() throws {
        let shard = MetricsShard()
        for outcome in RequestOutcome.allCases { shard.counters(for: Self.key).record(outcome, nanoseconds: 5_000) }
        let series = try #require(shard.snapshot().series[Self.key])
        #expect(RequestOutcome.allCases.map(series.count) == RequestOutcome.allCases.map { _ in 1 })
        #expect(series.latency.count == 1)
    }

    @Test("Snapshots of several loops add up in every figure")
    func merge() throws {
        let other = SeriesKey(model: "m", slot: "green", version: 2)
        let shards = [MetricsShard(), MetricsShard()]
        for (index, shard) in shards.enumerated() {
            let step = UInt64(index + 1)
            shard.accepted = step
            shard.answered = step * 10
            shard.aborted = step * 100
            shard.shed = step * 1_000
            shard.connectionsOpened = step * 10_000
            shard.connectionsClosed = step * 100_000
            shard.reject(.idle)
            shard.counters(for: Self.key).record(.answered, nanoseconds: 2_000)
        }
        shards[1].counters(for: other).record(.failed, nanoseconds: 1)
        var first = shards[0].snapshot()
        first.inFlight = [3: 2, 4: 1]
        var sum = MetricsSnapshot()
        sum.merge(first)
        var second = shards[1].snapshot()
        second.inFlight = [4: 5]
        sum.merge(second)

        #expect(sum.accepted == 3 && sum.answered == 30 && sum.aborted == 300 && sum.shed == 3_000)
        #expect(sum.connectionsOpened == 30_000 && sum.connectionsClosed == 300_000)
        #expect(sum.rejections[Int(ConnectionRejection.idle.rawValue)] == 2)
        #expect(sum.rejections.reduce(0, +) == 2)
        #expect(try #require(sum.series[Self.key]).count(.answered) == 2)
        #expect(try #require(sum.series[Self.key]).latency.count == 2)
        #expect(try #require(sum.series[other]).count(.failed) == 1)
        #expect(sum.inFlight == [3: 2, 4: 6])
    }

    @Test("A snapshot does not change with what is counted afterwards")
    func snapshotIsACopy() throws {
        let shard = MetricsShard()
        shard.counters(for: Self.key).record(.answered, nanoseconds: 1)
        let before = shard.snapshot()
        shard.counters(for: Self.key).record(.answered, nanoseconds: 1)
        #expect(try #require(before.series[Self.key]).count(.answered) == 1)
    }

    @Test(
        "Every error code has one outcome",
        arguments: [
            (.invalidRequest, .refused), (.tooLarge, .refused), (.notFound, .refused), (.forbidden, .refused),
            (.unsupported, .refused), (.modelFailed, .failed), (.invalidOutput, .failed), (.internal, .failed),
            (.timeout, .timeout), (.overloaded, .shed), (.notReady, .shed),
        ] as [(InferenceError.Code, RequestOutcome)]
    )
    func outcomeOfCode(_ code: InferenceError.Code, _ outcome: RequestOutcome) {
        #expect(RequestOutcome(code) == outcome)
    }

    @Test("Labels are the names of the cases")
    func labels() {
        #expect(
            RequestOutcome.allCases.map(\.label) == ["answered", "refused", "failed", "timeout", "shed", "aborted"]
        )
        #expect(ConnectionRejection.tooManyFromAddress.label == "tooManyFromAddress")
    }
}
