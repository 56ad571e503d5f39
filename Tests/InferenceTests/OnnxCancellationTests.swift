import Inference
import ServingCore
import TestSupport
import Testing

@Suite("Stopping runs", .timeLimit(.minutes(1)))
struct OnnxCancellationTests {
    private static let one = Tensor.of(.fp32, [1] as [Float])

    @Test("A run that would take hours stops when cancelled, and the engine goes on working")
    func terminate() throws {
        let executor = try ModelExecutor(engine: Fixture.engine("endless"), name: "endless")
        let outcomes = Outcomes<Outcome>()
        for _ in 0..<2 {
            let ticket = try executor.submit([Self.one], outputs: nil) { outcomes.deliver($0) }
            while executor.counts.running == 0 {}
            // The worker needs a moment from there into the model's loop; the next test stops a run before it.
            let inside = MonotonicTime.now() + 20_000_000
            while MonotonicTime.now() < inside {}
            ticket.cancel()
            guard case .failure(let error) = outcomes.wait(for: 1).last else {
                Issue.record("the run was not stopped")
                continue
            }
            #expect(error.code == .timeout)
            #expect(!error.message.contains("terminate"))
        }
        executor.shutdown()
        #expect(outcomes.all.count == 2)
    }

    @Test("A run cancelled before it starts does not start")
    func cancelledBefore() throws {
        let cancellation = RunCancellation()
        cancellation.cancel()
        let error = #expect(throws: InferenceError.self) {
            try Fixture.engine("endless").run([Self.one], outputs: nil, cancellation: cancellation)
        }
        #expect(error?.code == .timeout)
    }

    @Test("Cancelling after the answer changes nothing")
    func cancelledAfter() throws {
        let cancellation = RunCancellation()
        let answer = try Fixture.engine("identity_fp32").run([Self.one], outputs: nil, cancellation: cancellation)
        cancellation.cancel()
        #expect(answer.first?.values(as: Float.self) == [1])
    }
}
