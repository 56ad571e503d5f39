import Inference
import ServingCore
import TestSupport
import Testing

@Suite("Inline or workers")
struct InlineExecutionTests {
    private static func executor(_ configuration: ExecutionConfiguration) throws -> ModelExecutor {
        try ModelExecutor(engine: FakeEngine(), name: "m", configuration: configuration)
    }

    private static func request(bytes: Int) -> [Tensor] {
        [.of(.int8, [Int8](repeating: 0, count: bytes), shape: [Int64(bytes), 1])]
    }

    @Test("Before anything was measured, requests go to workers")
    func unmeasured() throws {
        #expect(try !Self.executor(ExecutionConfiguration()).runsInline(Self.request(bytes: 1)))
    }

    @Test("A short run is inline; one over the threshold is not; the last measurement counts")
    func threshold() throws {
        let executor = try Self.executor(ExecutionConfiguration(inlineThreshold: 1000))
        executor.settle(nanoseconds: 1000, inputBytes: 64)
        #expect(executor.runsInline(Self.request(bytes: 64)))
        #expect(executor.runsInline(Self.request(bytes: 1)))
        executor.settle(nanoseconds: 1001, inputBytes: 64)
        #expect(!executor.runsInline(Self.request(bytes: 64)))
    }

    @Test("A request is taken to cost in proportion to its bytes, so a huge one goes to workers")
    func hugeRequest() throws {
        let executor = try Self.executor(ExecutionConfiguration(inlineThreshold: 1000))
        executor.settle(nanoseconds: 100, inputBytes: 64)
        #expect(executor.runsInline(Self.request(bytes: 640)))
        #expect(!executor.runsInline(Self.request(bytes: 641)))
    }

    @Test("A measurement of nothing in no time is not a trap")
    func degenerate() throws {
        let executor = try Self.executor(ExecutionConfiguration(inlineThreshold: .max))
        executor.settle(nanoseconds: 0, inputBytes: 0)
        #expect(executor.runsInline([]))
    }

    @Test("The mode overrides the measurement")
    func modes() throws {
        let inline = try Self.executor(ExecutionConfiguration(mode: .inline))
        inline.settle(nanoseconds: .max, inputBytes: 1)
        #expect(inline.runsInline(Self.request(bytes: 100_000)))
        let workers = try Self.executor(ExecutionConfiguration(mode: .workers))
        workers.settle(nanoseconds: 1, inputBytes: 100_000)
        #expect(!workers.runsInline(Self.request(bytes: 1)))
    }

    @Test("A batched model never runs inline by itself: its requests would miss the batch")
    func batched() throws {
        let executor = try Self.executor(ExecutionConfiguration(maxBatchSize: 4))
        executor.settle(nanoseconds: 1, inputBytes: 100)
        #expect(!executor.runsInline(Self.request(bytes: 1)))
    }

    @Test("Measuring runs the model, settles, and passes its failure on")
    func measure() throws {
        let engine = FakeEngine()
        let executor = try ModelExecutor(
            engine: engine,
            name: "m",
            configuration: ExecutionConfiguration(inlineThreshold: .max)
        )
        _ = try executor.measure(Self.request(bytes: 8), runs: 5, budget: .max)
        #expect(engine.runs.count == 6)
        #expect(executor.runsInline(Self.request(bytes: 8)))

        let failing = try ModelExecutor(
            engine: FakeEngine { _, _, _ throws(InferenceError) in throw InferenceError(.modelFailed, "no") },
            name: "m"
        )
        #expect(throws: InferenceError(.modelFailed, "no")) { try failing.measure(Self.request(bytes: 8)) }
    }

    @Test("Inline runs return the engine's answer on the calling thread")
    func runInline() throws {
        let executor = try Self.executor(ExecutionConfiguration(mode: .inline))
        let answer = try executor.runInline(Self.request(bytes: 2), outputs: nil)
        #expect(answer.first?.shape == [2, 1])
        #expect(executor.counts == ExecutionCounts())
    }
}
