import Inference
import ServingCore
import TestSupport
import Testing

typealias Outcome = Result<[Tensor], InferenceError>

@Suite("ModelExecutor", .timeLimit(.minutes(1)))
struct ModelExecutorTests {
    private static func column(_ values: Int32...) -> [Tensor] {
        [.of(.int32, values, shape: [Int64(values.count), 1])]
    }

    private static func values(_ outcome: Outcome?) -> [Int32]? {
        guard case .success(let tensors) = outcome else { return nil }
        return tensors.first?.values(as: Int32.self)
    }

    private static func code(_ outcome: Outcome?) -> InferenceError.Code? {
        guard case .failure(let error) = outcome else { return nil }
        return error.code
    }

    /// An engine that stands still in each run until the gate is open, and says when it got there.
    private static func gated(_ gate: Gate, entered: Outcomes<Int>) -> FakeEngine {
        FakeEngine { inputs, _, _ in
            entered.deliver(inputs.first?.shape.first.map { Int($0) } ?? 0)
            gate.pass()
            return inputs
        }
    }

    @Test("A submitted request is answered once, on another thread")
    func answers() throws {
        let executor = try ModelExecutor(engine: FakeEngine(), name: "m")
        let outcomes = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(1, 2), outputs: nil) { outcomes.deliver($0) }
        #expect(Self.values(outcomes.wait(for: 1).first) == [1, 2])
        executor.shutdown()
        #expect(outcomes.all.count == 1)
        #expect(executor.counts == ExecutionCounts(runs: 1, requests: 1))
    }

    @Test("Inputs, selected outputs and the engine's error reach their places")
    func passesThrough() throws {
        let engine = FakeEngine { _, outputs, _ throws(InferenceError) in
            throw InferenceError(.modelFailed, "outputs \(outputs ?? [])")
        }
        let executor = try ModelExecutor(engine: engine, name: "m")
        let outcomes = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(1), outputs: [3, 1]) { outcomes.deliver($0) }
        guard case .failure(let error) = outcomes.wait(for: 1).first else {
            Issue.record("no failure")
            return
        }
        #expect(error == InferenceError(.modelFailed, "outputs [3, 1]"))
        executor.shutdown()
    }

    @Test("A full queue refuses at once and without calling back")
    func overload() throws {
        let gate = Gate()
        let entered = Outcomes<Int>()
        let executor = try ModelExecutor(
            engine: Self.gated(gate, entered: entered),
            name: "m",
            configuration: ExecutionConfiguration(maxQueuedRequests: 2)
        )
        let outcomes = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(0), outputs: nil) { outcomes.deliver($0) }
        entered.wait(for: 1)
        for value in Int32(1)...2 { _ = try executor.submit(Self.column(value), outputs: nil) { outcomes.deliver($0) } }
        let error = #expect(throws: InferenceError.self) {
            try executor.submit(Self.column(3), outputs: nil) { outcomes.deliver($0) }
        }
        #expect(error?.code == .overloaded)
        #expect(executor.counts.queued == 2)
        #expect(executor.counts.running == 1)
        #expect(executor.counts.refused == 1)
        gate.open()
        #expect(outcomes.wait(for: 3).compactMap { Self.values($0) } == [[0], [1], [2]])
        executor.shutdown()
        #expect(outcomes.all.count == 3)
    }

    @Test("A request whose deadline passed in the queue is answered without being run")
    func deadline() throws {
        let gate = Gate()
        let entered = Outcomes<Int>()
        let engine = Self.gated(gate, entered: entered)
        let executor = try ModelExecutor(engine: engine, name: "m")
        let outcomes = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(0), outputs: nil) { _ in }
        entered.wait(for: 1)
        _ = try executor.submit(Self.column(1), outputs: nil, deadline: MonotonicTime.now()) { outcomes.deliver($0) }
        gate.open()
        #expect(Self.code(outcomes.wait(for: 1).first) == .timeout)
        executor.shutdown()
        #expect(engine.runs.count == 1)
        #expect(executor.counts.expired == 1)
    }

    @Test("An idle worker notices a deadline while a batch waits for company")
    func deadlineInBatch() throws {
        let engine = FakeEngine()
        let executor = try ModelExecutor(
            engine: engine,
            name: "m",
            configuration: ExecutionConfiguration(maxBatchSize: 4, maxQueueDelay: 3_600_000_000_000)
        )
        let outcomes = Outcomes<Outcome>()
        let soon = MonotonicTime.now() + 2_000_000
        _ = try executor.submit(Self.column(1), outputs: nil, deadline: soon) { outcomes.deliver($0) }
        #expect(Self.code(outcomes.wait(for: 1).first) == .timeout)
        #expect(engine.runs.isEmpty)
        executor.shutdown()
    }

    @Test("A request cancelled in the queue is answered by then and never run")
    func cancelQueued() throws {
        let gate = Gate()
        let entered = Outcomes<Int>()
        let engine = Self.gated(gate, entered: entered)
        let executor = try ModelExecutor(engine: engine, name: "m")
        let outcomes = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(0), outputs: nil) { _ in }
        entered.wait(for: 1)
        let ticket = try executor.submit(Self.column(1), outputs: nil) { outcomes.deliver($0) }
        ticket.cancel()
        ticket.cancel()
        #expect(outcomes.all.count == 1)
        #expect(Self.code(outcomes.all.first) == .timeout)
        gate.open()
        executor.shutdown()
        #expect(engine.runs.count == 1)
    }

    @Test("Cancelling a run stops it through the engine's own hook")
    func cancelRunning() throws {
        let stopped = Gate()
        let entered = Outcomes<Int>()
        let engine = FakeEngine { _, _, cancellation throws(InferenceError) in
            guard cancellation?.begin(stop: { stopped.open() }) == true else { throw InferenceError(.internal, "") }
            defer { cancellation?.end() }
            entered.deliver(1)
            guard stopped.pass() else { throw InferenceError(.internal, "nobody stopped the run") }
            throw InferenceError(.timeout, "stopped")
        }
        let executor = try ModelExecutor(engine: engine, name: "m")
        let outcomes = Outcomes<Outcome>()
        let ticket = try executor.submit(Self.column(1), outputs: nil) { outcomes.deliver($0) }
        entered.wait(for: 1)
        ticket.cancel()
        #expect(Self.code(outcomes.wait(for: 1).first) == .timeout)
        executor.shutdown()
    }

    @Test("Shutdown answers what waits, lets the run end, refuses what comes, and may be repeated")
    func shutdown() throws {
        let gate = Gate()
        let entered = Outcomes<Int>()
        let executor = try ModelExecutor(engine: Self.gated(gate, entered: entered), name: "m")
        let running = Outcomes<Outcome>()
        let waiting = Outcomes<Outcome>()
        _ = try executor.submit(Self.column(0), outputs: nil) { running.deliver($0) }
        entered.wait(for: 1)
        // The waiting request's answer is what lets the run end, so shutdown cannot be waiting for the run first.
        _ = try executor.submit(Self.column(1), outputs: nil) { outcome in
            waiting.deliver(outcome)
            gate.open()
        }
        executor.shutdown()
        #expect(Self.code(waiting.all.first) == .notReady)
        #expect(Self.values(running.all.first) == [0])
        executor.shutdown()
        let error = #expect(throws: InferenceError.self) { try executor.submit(Self.column(2), outputs: nil) { _ in } }
        #expect(error?.code == .notReady)
    }

    @Test("Shutdown without a single request is harmless, and nothing can be submitted after it")
    func shutdownUnused() throws {
        let executor = try ModelExecutor(engine: FakeEngine(), name: "m")
        executor.shutdown()
        #expect(throws: InferenceError.self) { try executor.submit(Self.column(1), outputs: nil) { _ in } }
    }

    @Test("An executor may be dropped by its own worker, and then gives up its engine")
    func droppedByWorker() throws {
        let released = Gate()
        let outcomes = Outcomes<Outcome>()
        final class Holder: Sendable {
            let gate: Gate
            init(_ gate: Gate) { self.gate = gate }
            deinit { self.gate.open() }
        }
        let holder = Holder(released)
        var executor: ModelExecutor? = try ModelExecutor(
            engine: FakeEngine { [holder] inputs, _, _ in withExtendedLifetime(holder) { inputs } },
            name: "m"
        )
        let proceed = Gate()
        _ = try executor?.submit(Self.column(1), outputs: nil) { [executor] outcome in
            proceed.pass()
            withExtendedLifetime(executor) { outcomes.deliver(outcome) }
        }
        executor = nil
        proceed.open()
        #expect(Self.values(outcomes.wait(for: 1).first) == [1])
        _ = consume holder
        #expect(released.pass())
    }
}
