/// A loaded model that can be run. Implementations are thread-safe: any number of `run` calls may overlap.
package protocol InferenceEngine: AnyObject, Sendable {
    var signature: ModelSignature { get }

    /// Runs the model on `inputs`, given in the order of `signature.inputs` and already checked against it.
    ///
    /// - Parameters:
    ///   - outputs: indices into `signature.outputs` to compute; nil means all, in declared order.
    ///   - cancellation: nil when the caller never cancels (cheapest).
    /// - Returns: one tensor per requested output, in the order asked for.
    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor]
}
