package import NIOCore
package import ServingCore

/// Writes answers of `:predict` as TensorFlow Serving does: `predictions` for `instances`, `outputs` for `inputs`;
/// names are left out for a model with one output; bytes are `{"b64":"..."}` in outputs called `..._bytes`, and
/// wherever they are not UTF-8.
package struct PredictResponseEncoder: Sendable {
    private let writer: PredictBodyWriter

    package init(signature: ModelSignature) {
        self.writer = PredictBodyWriter(signature.outputs, role: .output)
    }

    /// Appends the answer's whole body to `buffer`. On an error, which names the output at fault, `buffer` is as
    /// before.
    ///
    /// - Parameter outputs: one tensor per entry of `request.outputs`, in that order.
    package func encode(
        _ request: InferRequest,
        outputs: [Tensor],
        layout: PredictLayout,
        into buffer: inout ByteBuffer
    ) throws(InferenceError) {
        try self.writer.write(outputs, request.outputs.map(\.index), layout.answerKey, layout, into: &buffer)
    }
}
