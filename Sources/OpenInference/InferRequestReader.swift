internal import ServingCore

/// Reads the tensors of one request off its tape. What stands here is `outputs`; inputs are in `+Inputs`.
struct InferRequestReader {
    let tape: JSONTape
    let signature: ModelSignature
    let entries: TensorEntryReader
    /// What the inputs with `binary_data_size` claim.
    var tail: BinaryTail

    mutating func read(_ opening: InferRequestOpening) throws(InferenceError) -> InferRequest {
        guard let inputsIndex = opening.inputs else {
            throw InferenceError(
                .invalidRequest,
                "the request has no inputs; this model takes \(listed(self.signature.inputs))"
            )
        }
        let inputs = try self.inputs(inputsIndex)
        guard self.tail.unclaimed == 0 else {
            throw InferenceError(
                .invalidRequest,
                "\(self.tail.unclaimed) bytes of the body belong to no input; check binary_data_size"
            )
        }
        let chosen = try opening.outputs.flatMap { (index) throws(InferenceError) in
            try self.outputs(index, binary: opening.binaryOutput)
        }
        var request = InferRequest(
            id: opening.id,
            inputs: inputs,
            outputs: chosen
                ?? self.signature.outputs.indices.map { .init(index: $0, binary: opening.binaryOutput) },
            timeoutMicroseconds: opening.timeoutMicroseconds,
            selectsAllOutputs: chosen == nil
        )
        if !opening.parameters.isEmpty { request.parameters = opening.parameters }
        return request
    }

    /// The outputs asked for, in the client's order; nil for `null`, which some clients send for "all".
    private func outputs(_ index: Int, binary: Bool) throws(InferenceError) -> [RequestedOutput]? {
        if self.tape.kind(index) == .null { return nil }
        guard self.tape.kind(index) == .array else {
            throw InferenceError(.invalidRequest, "outputs must be a list, not \(self.tape.describe(index))")
        }
        var outputs: [RequestedOutput] = []
        let items = self.tape.contents(index)
        var at = items.lowerBound
        while at < items.upperBound {
            let output = try self.output(at, binary: binary)
            guard !outputs.contains(where: { $0.index == output.index }) else {
                throw InferenceError(
                    .invalidRequest,
                    "output \(quoted(self.signature.outputs[output.index].name)) is asked for twice"
                )
            }
            outputs.append(output)
            at = self.tape.after(at)
        }
        // An empty list asks for nothing; like other servers, take it for no selection.
        return outputs.isEmpty ? nil : outputs
    }

    private func output(_ index: Int, binary: Bool) throws(InferenceError) -> RequestedOutput {
        try self.tape.requireObject(index, "each entry of outputs")
        var nameIndex: Int?
        var parametersIndex: Int?
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "name") {
                try once(&nameIndex, value, "name")
            } else if spells(key, "parameters") {
                try once(&parametersIndex, value, "parameters")
            }
        }
        guard let nameIndex, let name = self.tape.string(nameIndex) else {
            throw InferenceError(.invalidRequest, "each entry of outputs needs a name that is a string")
        }
        guard let position = self.signature.outputs.firstIndex(where: { spells(name, $0.name) }) else {
            throw InferenceError(
                .invalidRequest,
                "output \(quoted(name)) is unknown; this model's outputs are \(listed(self.signature.outputs))"
            )
        }
        var output = RequestedOutput(index: position, binary: binary)
        guard let parametersIndex else { return output }
        try self.tape.requireObject(parametersIndex, "parameters of output \(quoted(name))")
        try self.tape.forEachMember(of: parametersIndex) { (key, value) throws(InferenceError) in
            if spells(key, "binary_data") {
                output.binary = try self.tape.requireFlag(value, "binary_data of output \(quoted(name))")
            } else if spells(key, "classification") {
                throw InferenceError(
                    .unsupported,
                    "output \(quoted(name)) asks for classification, which is not offered; ask for the tensor"
                )
            } else if spells(key, "shared_memory_region") {
                throw InferenceError(
                    .unsupported,
                    "output \(quoted(name)) asks for shared memory, which is not offered"
                )
            }
        }
        return output
    }
}

extension JSONTape {
    func requireObject(
        _ index: Int,
        _ what: @autoclosure () -> String,
        _ role: TensorRole = .input
    ) throws(InferenceError) {
        guard self.kind(index) == .object else {
            throw InferenceError(role.invalidCode, "\(what()) must be an object, not \(self.describe(index))")
        }
    }

    func requireFlag(_ index: Int, _ what: @autoclosure () -> String) throws(InferenceError) -> Bool {
        guard let flag = self.bool(index) else {
            throw InferenceError(.invalidRequest, "\(what()) must be true or false, not \(self.describe(index))")
        }
        return flag
    }
}

/// Remembers where the value of a key stands; a second one is an error, since readers disagree which one counts.
@inline(__always)
func once(
    _ place: inout Int?,
    _ index: Int,
    _ key: StaticString,
    _ role: TensorRole = .input
) throws(InferenceError) {
    guard place == nil else {
        throw InferenceError(role.invalidCode, "the key '\(key)' occurs twice in one object")
    }
    place = index
}
