package import NIOCore
package import ServingCore

/// Turns the body of a `:predict` request into tensors. One per event loop or thread: it reuses its scratch memory.
/// Never traps on what a client sent.
///
/// Follows TensorFlow Serving's `json_tensor.cc` and REST documentation, which KServe's V1 protocol refers to:
/// `instances` is a list of values, or of objects by name, `inputs` one value, or an object by name; elements of BYTES
/// are strings or `{"b64":"..."}`. Beyond that, dimensions of 1 at the end of a shape may be left out, so that
/// `["text"]` fits an input of shape [-1, 1].
package final class PredictRequestDecoder {
    private let limits: DecodeLimits
    private let parser: JSONParser

    package init(limits: DecodeLimits = .init()) {
        self.limits = limits
        self.parser = JSONParser(maxDepth: limits.maxDepth)
    }

    /// Decodes `body` and checks it against `signature`. The request asks for all outputs, and for its answer in the
    /// same layout.
    package func decode(
        _ body: ByteBuffer,
        signature: ModelSignature
    ) throws(InferenceError) -> (request: InferRequest, layout: PredictLayout) {
        defer { self.parser.shrink(to: self.limits.retainedJSONBytes) }
        return try body.withUnsafeReadableBytes { (bytes) throws(InferenceError) in
            guard bytes.count > 0 else {
                throw InferenceError(.invalidRequest, "the body is empty; a request is an object with instances")
            }
            let tape = try self.parser.document(bytes, limits: self.limits, role: .input, as: "the body")
            let (inputs, layout) = try self.inputs(tape, signature.inputs)
            let outputs = signature.outputs.indices.map { RequestedOutput(index: $0, binary: false) }
            return (InferRequest(inputs: inputs, outputs: outputs), layout)
        }
    }

    private func inputs(
        _ tape: JSONTape,
        _ specs: [TensorSpec]
    ) throws(InferenceError) -> (inputs: [Tensor], layout: PredictLayout) {
        try tape.requireObject(JSONTape.first, "the body")
        var instances: Int?
        var inputs: Int?
        var signatureName: Int?
        try tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "instances") {
                try once(&instances, value, "instances")
            } else if spells(key, "inputs") {
                try once(&inputs, value, "inputs")
            } else if spells(key, "signature_name") {
                try once(&signatureName, value, "signature_name")
            }
        }
        if let signatureName { try self.checkSignature(tape, signatureName) }
        let reader = PredictBodyReader(
            tape: tape,
            specs: specs,
            wanted: Array(specs.indices),
            role: .input,
            limits: self.limits
        )
        switch (instances, inputs) {
        case (.some(let index), nil):
            guard tape.kind(index) == .array, !tape.contents(index).isEmpty else {
                throw InferenceError(
                    .invalidRequest,
                    tape.kind(index) == .array
                        ? "instances is empty; it holds one item for each row of the batch"
                        : "instances must be a list, not \(tape.describe(index))"
                )
            }
            return (try reader.rows(index, "instances"), .rows)
        case (nil, .some(let index)):
            return (try reader.columns(index, "inputs"), .columns)
        case (.some, .some):
            throw InferenceError(.invalidRequest, "the request has both instances and inputs; send one of them")
        case (nil, nil):
            throw InferenceError(
                .invalidRequest,
                "the request has neither instances nor inputs; this model takes \(listed(specs))"
            )
        }
    }

    /// Models here have one signature, which TensorFlow calls by this name.
    private func checkSignature(_ tape: JSONTape, _ index: Int) throws(InferenceError) {
        guard let name = tape.string(index), name.isEmpty || spells(name, "serving_default") else {
            throw InferenceError(
                .invalidRequest,
                "signature_name must be the string 'serving_default', not \(tape.describe(index))"
            )
        }
    }
}
