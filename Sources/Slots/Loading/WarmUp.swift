import Inference
import NIOCore
import OpenInference
import ServingCore

/// What the warm-up showed.
package struct WarmUpResult: Sendable, Equatable {
    /// Declared requests that were run and whose answers were checked; 0 when a made-up request was used.
    package var declared: Int
    /// Median time of one run, nil when even the made-up request did not run.
    package var medianNanoseconds: UInt64?
    /// Bytes of the inputs that were timed.
    package var inputBytes: Int
    /// Why there is no measurement, when there is none.
    package var note: String?

    package init(declared: Int, medianNanoseconds: UInt64?, inputBytes: Int, note: String? = nil) {
        self.declared = declared
        self.medianNanoseconds = medianNanoseconds
        self.inputBytes = inputBytes
        self.note = note
    }
}

/// Runs a freshly loaded model before any client meets it: every declared request must be answered with the declared
/// shapes and without NaN or infinity; then the first one is timed.
enum WarmUp {
    struct Failure: Error {
        let reason: String
    }

    static func run(_ executor: ModelExecutor, requests lines: [String]) throws(Failure) -> WarmUpResult {
        let signature = executor.engine.signature
        let decoder = InferRequestDecoder()
        var first: [Tensor]?
        for (index, line) in lines.enumerated() {
            let inputs: [Tensor]
            do {
                inputs = try decoder.decode(ByteBuffer(string: line), jsonLength: nil, signature: signature).inputs
            } catch {
                throw Failure(reason: "warm-up request \(index + 1) does not fit the model: \(error.message)")
            }
            first = first ?? inputs
            do {
                try Self.check(try executor.runInline(inputs, outputs: nil), signature, index)
            } catch let error as InferenceError {
                throw Failure(reason: "warm-up request \(index + 1) failed: \(error.message)")
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure(reason: "warm-up request \(index + 1) failed: \(error)")
            }
        }
        return Self.time(executor, first ?? Self.madeUp(signature), declared: lines.count)
    }

    private static func check(_ outputs: [Tensor], _ signature: ModelSignature, _ index: Int) throws(Failure) {
        for (output, spec) in zip(outputs, signature.outputs) {
            guard let problem = OutputCheck.problem(output, as: spec) else { continue }
            throw Failure(reason: "warm-up request \(index + 1): \(problem)")
        }
    }

    private static func time(_ executor: ModelExecutor, _ inputs: [Tensor], declared: Int) -> WarmUpResult {
        let bytes = inputs.reduce(0) { $0 + $1.bytes.count }
        do {
            let median = try executor.measure(inputs)
            return WarmUpResult(declared: declared, medianNanoseconds: median, inputBytes: bytes)
        } catch {
            // Only a made-up request can get here: it may break a rule the signature does not tell.
            let note = "no request to time: declare some with `warmup` (a made-up one failed: \(error.message))"
            return WarmUpResult(declared: declared, medianNanoseconds: nil, inputBytes: bytes, note: note)
        }
    }

    /// One request that fits the signature: every open dimension 1, zeros, and a word for text.
    static func madeUp(_ signature: ModelSignature) -> [Tensor] {
        signature.inputs.map { spec in
            let shape = spec.shape.map { max($0, $0 < 0 ? 1 : 0) }
            let count = Tensor.elementCount(of: shape) ?? 0
            let bytes: [UInt8]
            if let width = spec.datatype.byteWidth {
                bytes = [UInt8](repeating: 0, count: count * width)
            } else {
                bytes = Array(repeatElement([4, 0, 0, 0] + Array("warm".utf8), count: count).joined())
            }
            return Tensor(datatype: spec.datatype, shape: shape, bytes: TensorBytes(copying: bytes))
        }
    }
}
