import Inference
import NIOCore
import OpenInference
import Remote
import ServingCore

/// What the warm-up showed.
package struct WarmUpResult: Sendable, Equatable {
    /// Declared requests that were run and whose answers were checked; 0 when a made-up request was used.
    package var declared: Int
    /// Recorded requests that were run...
    package var recorded = 0
    /// ...those of them that were not answered as declared...
    package var unanswered = 0
    /// ...and those of these that were stopped because they took too long.
    package var stopped = 0
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

/// How long a warm-up may take.
package struct WarmUpLimits: Sendable {
    /// Declared requests without an answer after this time, all together, fail the load; so does a made-up one.
    package var declared: Duration = .seconds(60)
    /// No recorded request is begun after this time: a slow model needs no more to be warm.
    package var recordedStart: Duration = .seconds(5)
    /// A recorded request that runs is stopped after the model's `requestTimeout`, and at the latest when the first of
    /// them began this long ago.
    package var recorded: Duration = .seconds(30)

    package init() {}
}

/// Runs a freshly loaded model before any client meets it: every declared request must be answered with the declared
/// shapes and without NaN or infinity; then one is timed. Recorded requests, taken from live traffic, are run as well;
/// one that is not answered is told, not a reason to refuse: how often that happens is what a trial finds out.
struct WarmUp {
    struct Failure: Error {
        let reason: String
    }

    let executor: ModelExecutor
    /// Of one recorded request.
    let requestTimeout: Duration
    let limits: WarmUpLimits
    /// Where the runs are known, to be stopped when the gateway stops.
    let loads: RunningLoads
    /// Set when a server answers: each run costs it what a client's request costs.
    var remote: RemoteModel?

    func run(declared lines: [String], recorded: [String]) throws(Failure) -> WarmUpResult {
        let inputs = try self.runDeclared(lines)
        let tally = try self.runRecorded(recorded)
        var result: WarmUpResult
        if let inputs {
            do throws(InferenceError) {
                result = try self.time(inputs, declared: lines.count)
            } catch {
                throw Failure(reason: "warm-up request 1 failed when repeated: \(error.message)")
            }
        } else if let timed = tally.inputs.flatMap({ try? self.time($0, declared: 0) }) {
            result = timed
        } else {
            result = try self.runMadeUp()
        }
        result.recorded = tally.ran
        result.unanswered = tally.unanswered
        result.stopped = tally.stopped
        let notes = [result.note, tally.note].compactMap(\.self)
        result.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
        return result
    }

    /// Inputs of the first; nil when there is none.
    private func runDeclared(_ lines: [String]) throws(Failure) -> [Tensor]? {
        try self.loads.within(self.limits.declared) { (cancellation) throws(Failure) in
            var first: [Tensor]?
            for (index, line) in lines.enumerated() {
                do throws(Failure) {
                    let inputs = try self.answer(line, cancellation)
                    first = first ?? inputs
                } catch {
                    try Self.refuseUnended(cancellation)
                    throw Failure(reason: "warm-up request \(index + 1)\(error.reason)")
                }
            }
            return first
        }
    }

    private func runRecorded(_ lines: [String]) throws(Failure) -> RecordedTally {
        var tally = RecordedTally()
        let started = ContinuousClock.now
        for line in lines {
            let elapsed = ContinuousClock.now - started
            guard elapsed < self.limits.recordedStart else { break }
            let limit = min(self.requestTimeout, self.limits.recorded - elapsed)
            self.loads.within(limit) { cancellation in
                do throws(Failure) {
                    tally.answer(try self.answer(line, cancellation))
                } catch {
                    tally.miss(error.reason, wasStopped: cancellation.isCancelled)
                }
            }
            guard !self.loads.isStopped else { throw Failure(reason: "the gateway is shutting down") }
        }
        return tally
    }

    /// Runs one request and checks its answer. Returns its inputs.
    private func answer(_ line: String, _ cancellation: RunCancellation) throws(Failure) -> [Tensor] {
        let signature = self.executor.engine.signature
        let inputs: [Tensor]
        do throws(InferenceError) {
            inputs = try self.inputs(of: line, signature)
        } catch {
            throw Failure(reason: " does not fit the model: \(error.message)")
        }
        do {
            try Self.check(try self.executor.engine.run(inputs, outputs: nil, cancellation: cancellation), signature)
        } catch let error as InferenceError {
            throw Failure(reason: " failed: \(error.message)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(reason: " failed: \(error)")
        }
        return inputs
    }

    private func inputs(of line: String, _ signature: ModelSignature) throws(InferenceError) -> [Tensor] {
        if let inputs = try self.remote?.inputs(ofRequest: line) { return inputs }
        return try InferRequestDecoder().decode(ByteBuffer(string: line), jsonLength: nil, signature: signature).inputs
    }

    private func runMadeUp() throws(Failure) -> WarmUpResult {
        guard let madeUp = Self.madeUp(self.executor.engine.signature) else {
            return Self.untimed("the model's inputs are too large for a made-up one")
        }
        return try self.loads.within(self.limits.declared) { (cancellation) throws(Failure) in
            do throws(InferenceError) {
                _ = try self.executor.engine.run(madeUp, outputs: nil, cancellation: cancellation)
                return try self.time(madeUp, declared: 0)
            } catch {
                try Self.refuseUnended(cancellation)
                // It may break a rule that the signature does not tell.
                return Self.untimed("a made-up one failed: \(error.message)")
            }
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

    private func time(_ inputs: [Tensor], declared: Int) throws(InferenceError) -> WarmUpResult {
        let median = try self.remote == nil ? self.executor.measure(inputs) : self.executor.measure(inputs, runs: 1)
        let bytes = inputs.reduce(0) { $0 + $1.bytes.count }
        return WarmUpResult(declared: declared, medianNanoseconds: median, inputBytes: bytes)
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
