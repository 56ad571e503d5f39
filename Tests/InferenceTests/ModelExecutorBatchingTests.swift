import Inference
import ServingCore
import TestSupport
import Testing

@Suite("ModelExecutor with batching", .timeLimit(.minutes(1)))
struct ModelExecutorBatchingTests {
    private static func row(_ value: Int32) -> [Tensor] { [.of(.int32, [value], shape: [1, 1])] }

    /// Submits `count` single rows while the only worker is held up, then lets it go: the rows run together.
    private static func together(
        _ count: Int,
        body: @escaping FakeEngine.Body,
        beforeRun: ([ExecutionTicket]) -> Void = { _ in }
    ) throws -> (engine: FakeEngine, outcomes: [Int: Outcome]) {
        let gate = Gate()
        let entered = Outcomes<Int>()
        let engine = FakeEngine { inputs, outputs, cancellation throws(InferenceError) in
            guard inputs[0].shape != [1, 1] || inputs[0].values(as: Int32.self) != [-1] else {
                entered.deliver(0)
                gate.pass()
                return inputs
            }
            return try body(inputs, outputs, cancellation)
        }
        let executor = try ModelExecutor(
            engine: engine,
            name: "m",
            configuration: ExecutionConfiguration(maxBatchSize: count, maxQueueDelay: 0)
        )
        let collected = Outcomes<(Int, Outcome)>()
        _ = try executor.submit(Self.row(-1), outputs: nil) { _ in }
        entered.wait(for: 1)
        let tickets = try (0..<count).map { number in
            try executor.submit(Self.row(Int32(number)), outputs: nil) { collected.deliver((number, $0)) }
        }
        beforeRun(tickets)
        gate.open()
        let outcomes = collected.wait(for: count)
        executor.shutdown()
        return (engine, Dictionary(outcomes) { first, _ in first })
    }

    private static func values(_ outcome: Outcome?) -> [Int32]? {
        guard case .success(let tensors) = outcome else { return nil }
        return tensors.first?.values(as: Int32.self)
    }

    private static func code(_ outcome: Outcome?) -> InferenceError.Code? {
        guard case .failure(let error) = outcome else { return nil }
        return error.code
    }

    @Test("Requests that wait together run as one, and each gets its own rows")
    func oneRun() throws {
        let (engine, outcomes) = try Self.together(4) { inputs, _, _ in
            [.of(.int32, inputs[0].values(as: Int32.self).map { $0 * 10 }, shape: inputs[0].shape)]
        }
        #expect(engine.runs.count == 2)
        #expect(engine.runs.last?.first?.shape == [4, 1])
        #expect((0..<4).map { Self.values(outcomes[$0]) } == [[0], [10], [20], [30]])
    }

    @Test("An answer without one row per request fails the whole batch and names the output")
    func unsplittable() throws {
        let (_, outcomes) = try Self.together(3) { _, _, _ in [.of(.int32, [1] as [Int32], shape: [1, 1])] }
        #expect((0..<3).map { Self.code(outcomes[$0]) } == [.invalidOutput, .invalidOutput, .invalidOutput])
        guard case .failure(let error) = outcomes[0] else { return }
        #expect(error.message.contains("`y`"))
    }

    @Test("When a batch fails in the model, its requests are tried alone, so only the guilty one fails")
    func poisonedRequest() throws {
        let (engine, outcomes) = try Self.together(3) { inputs, _, _ throws(InferenceError) in
            guard !inputs[0].values(as: Int32.self).contains(1) else { throw InferenceError(.modelFailed, "one") }
            return inputs
        }
        #expect(Self.values(outcomes[0]) == [0])
        #expect(Self.code(outcomes[1]) == .modelFailed)
        #expect(Self.values(outcomes[2]) == [2])
        #expect(engine.runs.count == 5)
    }

    @Test("A member cancelled during the run is answered timeout, and the run goes on for the others")
    func cancelMember() throws {
        let tickets = Outcomes<ExecutionTicket>()
        let (_, outcomes) = try Self.together(
            2,
            body: { inputs, _, cancellation in
                tickets.all.first?.cancel()
                return cancellation?.isCancelled == false ? inputs : []
            },
            beforeRun: { for ticket in $0 { tickets.deliver(ticket) } }
        )
        #expect(Self.code(outcomes[0]) == .timeout)
        #expect(Self.values(outcomes[1]) == [1])
    }

    @Test("When all members are cancelled the run itself is stopped")
    func cancelAll() throws {
        let tickets = Outcomes<ExecutionTicket>()
        let sawStop = Outcomes<Bool>()
        let (_, outcomes) = try Self.together(
            2,
            body: { inputs, _, cancellation throws(InferenceError) in
                let stopped = Gate()
                guard cancellation?.begin(stop: { stopped.open() }) == true else { return [] }
                for ticket in tickets.all { ticket.cancel() }
                sawStop.deliver(stopped.pass())
                cancellation?.end()
                throw InferenceError(.timeout, "stopped")
            },
            beforeRun: { for ticket in $0 { tickets.deliver(ticket) } }
        )
        #expect(sawStop.all == [true])
        #expect((0..<2).map { Self.code(outcomes[$0]) } == [.timeout, .timeout])
    }

    @Test("Many threads submitting at once: each gets its own answer, and the counts add up")
    func stress() async throws {
        let engine = FakeEngine { inputs, _, _ in
            [.of(.int32, inputs[0].values(as: Int32.self).map { $0 &* 3 }, shape: inputs[0].shape)]
        }
        let executor = try ModelExecutor(
            engine: engine,
            name: "m",
            configuration: ExecutionConfiguration(
                workers: 3,
                maxBatchSize: 7,
                maxQueueDelay: 50_000,
                maxQueuedRequests: 100_000
            )
        )
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var wrong = 0
                    for step in 0..<250 {
                        let value = Int32(task * 1000 + step)
                        let outcome: Outcome = await withCheckedContinuation { continuation in
                            do throws(InferenceError) {
                                let ticket = try executor.submit(Self.row(value), outputs: nil) {
                                    continuation.resume(returning: $0)
                                }
                                if step % 10 == 9 { ticket.cancel() }
                            } catch {
                                continuation.resume(returning: .failure(error))
                            }
                        }
                        let expected = Self.values(outcome) == [value &* 3]
                        if !expected && !(step % 10 == 9 && Self.code(outcome) == .timeout) { wrong += 1 }
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }
        executor.shutdown()
        #expect(wrong == 0)
        let counts = executor.counts
        #expect(counts.queued == 0)
        #expect(counts.running == 0)
        #expect(counts.requests <= 2000)
        #expect(counts.requests >= 1800)
        #expect(engine.runs.allSatisfy { $0[0].shape[0] <= 7 })
    }
}
