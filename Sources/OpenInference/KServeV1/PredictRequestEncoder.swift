package import NIOCore
package import ServingCore

/// Writes `:predict` requests: `instances`, which every server of the protocol takes, or `inputs` where the tensors do
/// not agree on a number of rows. Elements of BYTES that are not UTF-8 go as `{"b64":"..."}`.
package struct PredictRequestEncoder: Sendable {
    private let writer: PredictBodyWriter

    package init(signature: ModelSignature) {
        self.writer = PredictBodyWriter(signature.inputs, role: .input)
    }

    /// Appends the body of a request to `buffer`. On an error, which names the tensor at fault, `buffer` is as before.
    ///
    /// - Parameter inputs: in the order of the signature, all of them.
    package func encode(_ inputs: [Tensor], into buffer: inout ByteBuffer) throws(InferenceError) {
        let batch = PredictBodyWriter.batch(inputs.map(\.shape)) ?? 0
        let layout: PredictLayout = batch > 0 ? .rows : .columns
        try self.writer.write(inputs, Array(self.writer.specs.indices), layout.requestKey, layout, into: &buffer)
    }
}
