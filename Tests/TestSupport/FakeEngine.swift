package import ServingCore
import Synchronization

/// An engine that does what a test tells it: counts its runs and answers with `body`.
package final class FakeEngine: InferenceEngine {
    package typealias Body = @Sendable ([Tensor], [Int]?, RunCancellation?) throws(InferenceError) -> [Tensor]

    package let signature: ModelSignature
    private let body: Body
    private let seen = Mutex<[[Tensor]]>([])

    /// Answers with its inputs unless `body` says otherwise.
    package init(
        signature: ModelSignature = FakeEngine.rows,
        body: @escaping Body = { inputs, _, _ in inputs }
    ) {
        self.signature = signature
        self.body = body
    }

    package func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        self.seen.withLock { $0.append(inputs) }
        return try self.body(inputs, outputs, cancellation)
    }

    /// The inputs of all runs so far, in order of their start.
    package var runs: [[Tensor]] { self.seen.withLock { $0 } }

    /// One INT32 column in, one out, any number of rows.
    package static let rows = ModelSignature(
        inputs: [TensorSpec(name: "x", datatype: .int32, shape: [-1, 1])],
        outputs: [TensorSpec(name: "y", datatype: .int32, shape: [-1, 1])]
    )
}
