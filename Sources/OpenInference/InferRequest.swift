package import ServingCore

/// A decoded infer request, already checked against the model's signature.
package struct InferRequest: Sendable {
    /// Given by the client; echoed in the answer.
    package var id: String?
    /// In the order of `signature.inputs`.
    package var inputs: [Tensor]
    /// In the order of the answer; all outputs when the client named none.
    package var outputs: [RequestedOutput]
    /// Triton's `timeout` parameter.
    package var timeoutMicroseconds: Int64?
    /// Values of the parameters that were asked for, as far as the request has them: texts as they are, numbers and truth
    /// values as JSON writes them.
    package var parameters: [(name: String, value: String)] = []
    /// True when `outputs` is every output in declared order.
    package var selectsAllOutputs: Bool

    package init(
        id: String? = nil,
        inputs: [Tensor],
        outputs: [RequestedOutput],
        timeoutMicroseconds: Int64? = nil,
        selectsAllOutputs: Bool = true
    ) {
        self.id = id
        self.inputs = inputs
        self.outputs = outputs
        self.timeoutMicroseconds = timeoutMicroseconds
        self.selectsAllOutputs = selectsAllOutputs
    }
}

/// One output of the answer.
package struct RequestedOutput: Sendable, Equatable {
    /// Index into `signature.outputs`.
    package var index: Int
    /// True: raw bytes behind the JSON. False: numbers and strings in the JSON.
    package var binary: Bool

    package init(index: Int, binary: Bool) {
        self.index = index
        self.binary = binary
    }
}
