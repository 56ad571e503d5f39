import Inference
import NIOCore
import OpenInference
import ServingCore

/// What the warm-up showed.
package struct WarmUpResult: Sendable, Equatable {
    /// Declared requests that were run and whose answers were checked; 0 when a made-up request was used.
    package var declared: Int
    /// Recorded requests that were run.
    package var recorded = 0
    /// Median time of one run, nil when even the made-up request did not run.
    package var medianNanoseconds: UInt64?
    /// Bytes of the inputs that were timed.
    package var inputBytes: Int
    /// What people should know: why there is no measurement, or that recorded requests were not answered.
    package var note: String?

    package init(declared: Int, medianNanoseconds: UInt64?, inputBytes: Int, note: String? = nil) {
        self.declared = declared
        self.medianNanoseconds = medianNanoseconds
        self.inputBytes = inputBytes
        self.note = note
    }
}

/// Runs a freshly loaded model before any client meets it: every declared request must be answered with the declared
/// shapes and without NaN or infinity; then one is timed. Recorded requests, taken from live traffic, are run as well;
/// one that is not answered is told, not a reason to refuse: how often that happens is what a trial finds out.
enum WarmUp {
    struct Failure: Error {
        let reason: String
    }

    /// No recorded request is begun after this time, nanoseconds: a slow model needs no more to be warm.
    private static let recordedBudget: UInt64 = 5_000_000_000

    /// `cancellation` ends a model that does not: the load fails.
    static func run(
        _ executor: ModelExecutor,
        requests lines: [String],
        recorded: [String] = [],
        cancellation: RunCancellation
    ) throws(Failure) -> WarmUpResult {
        var first: [Tensor]?
        for (index, line) in lines.enumerated() {
            do {
                let inputs = try Self.answer(executor, line, cancellation)
                first = first ?? inputs
            } catch {
                try Self.refuseUnended(cancellation)
                throw Failure(reason: "warm-up request \(index + 1)\(error.reason)")
            }
        }
        var problem: String?
        var unanswered = 0
        var ran = 0
        let started = MonotonicTime.now()
        for line in recorded where MonotonicTime.now() &- started < Self.recordedBudget {
            ran += 1
            do {
                let inputs = try Self.answer(executor, line, cancellation)
                first = first ?? inputs
            } catch {
                try Self.refuseUnended(cancellation)
                problem = problem ?? error.reason
                unanswered += 1
            }
        }
        var result: WarmUpResult
        if let first {
            result = try Self.time(executor, first, declared: lines.count)
        } else {
            result = try Self.runMadeUp(executor, cancellation)
        }
        result.recorded = ran
        if let problem {
            result.note = "\(unanswered) of \(ran) requests recorded from live traffic: one\(problem)"
        }
        return result
    }

    /// Runs one request and checks its answer.
    private static func answer(
        _ executor: ModelExecutor,
        _ line: String,
        _ cancellation: RunCancellation
    ) throws(Failure) -> [Tensor] {
        let signature = executor.engine.signature
        let inputs: [Tensor]
        do {
            inputs = try InferRequestDecoder().decode(
                ByteBuffer(string: line),
                jsonLength: nil,
                signature: signature
            ).inputs
        } catch {
            throw Failure(reason: " does not fit the model: \(error.message)")
        }
        do {
            try Self.check(try executor.engine.run(inputs, outputs: nil, cancellation: cancellation), signature)
        } catch let error as InferenceError {
            throw Failure(reason: " failed: \(error.message)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(reason: " failed: \(error)")
        }
        return inputs
    }

    private static func runMadeUp(
        _ executor: ModelExecutor,
        _ cancellation: RunCancellation
    ) throws(Failure) -> WarmUpResult {
        guard let madeUp = Self.madeUp(executor.engine.signature) else {
            return Self.untimed("the model's inputs are too large for a made-up one")
        }
        do {
            _ = try executor.engine.run(madeUp, outputs: nil, cancellation: cancellation)
        } catch {
            try Self.refuseUnended(cancellation)
            return Self.untimed("a made-up one failed: \(error.message)")
        }
        do {
            return try Self.time(executor, madeUp, declared: 0)
        } catch {
            // It may break a rule that the signature does not tell.
            return Self.untimed("a made-up one failed: \(error.reason)")
        }
    }

    private static func refuseUnended(_ cancellation: RunCancellation) throws(Failure) {
        guard cancellation.isCancelled else { return }
        throw Failure(reason: "the warm-up was stopped before the model had answered; it may never do")
    }

    private static func untimed(_ reason: String) -> WarmUpResult {
        let note = "no request to time: declare some with `warmup` (\(reason))"
        return WarmUpResult(declared: 0, medianNanoseconds: nil, inputBytes: 0, note: note)
    }

    private static func check(_ outputs: [Tensor], _ signature: ModelSignature) throws(Failure) {
        guard outputs.count == signature.outputs.count else {
            let counts = "\(outputs.count) outputs, declared are \(signature.outputs.count)"
            throw Failure(reason: ": the model gave \(counts)")
        }
        for (output, spec) in zip(outputs, signature.outputs) {
            guard let problem = OutputCheck.problem(output, as: spec) else { continue }
            throw Failure(reason: ": \(problem)")
        }
    }

    private static func time(
        _ executor: ModelExecutor,
        _ inputs: [Tensor],
        declared: Int
    ) throws(Failure) -> WarmUpResult {
        do {
            let median = try executor.measure(inputs)
            let bytes = inputs.reduce(0) { $0 + $1.bytes.count }
            return WarmUpResult(declared: declared, medianNanoseconds: median, inputBytes: bytes)
        } catch {
            throw Failure(
                reason: declared == 0 ? error.message : "warm-up request 1 failed when repeated: \(error.message)"
            )
        }
    }

    /// One request that fits the signature: every open dimension 1, zeros, and a word for text. Nil when an input would
    /// have more than 16 Mi elements: a signature alone must not take the memory.
    private static func madeUp(_ signature: ModelSignature) -> [Tensor]? {
        var tensors: [Tensor] = []
        for spec in signature.inputs {
            let shape = spec.shape.map { $0 < 0 ? 1 : $0 }
            guard let count = Tensor.elementCount(of: shape), count <= 1 << 24 else { return nil }
            let element =
                spec.datatype.byteWidth.map { [UInt8](repeating: 0, count: $0) } ?? [4, 0, 0, 0] + "warm".utf8
            let bytes = Array(repeatElement(element, count: count).joined())
            tensors.append(Tensor(datatype: spec.datatype, shape: shape, bytes: TensorBytes(copying: bytes)))
        }
        return tensors
    }
}
