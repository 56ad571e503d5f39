internal import ServingCore

/// Reads one request off its tape: the top level, `parameters` and `outputs`. Inputs are in `+Inputs`.
struct InferRequestReader {
    let tape: JSONTape
    let signature: ModelSignature
    let limits: DecodeLimits
    /// What the inputs with `binary_data_size` claim.
    var tail: BinaryTail
    /// False: the client did not say where its JSON ends, so it all is JSON.
    let hasBinaryPart: Bool
    /// Names of the parameters whose values are kept.
    let wantedParameters: [String]

    /// Indices on the tape of the values of known keys.
    private struct TopLevel {
        var id: Int?
        var parameters: Int?
        var inputs: Int?
        var outputs: Int?
    }

    private struct Parameters {
        var timeoutMicroseconds: Int64?
        var binaryOutput = false
        var kept: [(name: String, value: String)] = []
    }

    mutating func read() throws(InferenceError) -> InferRequest {
        let top = try self.topLevel()
        let id = try top.id.map { (index) throws(InferenceError) in try self.identifier(index) }
        var parameters = Parameters()
        if let index = top.parameters { parameters = try self.requestParameters(index) }
        guard let inputsIndex = top.inputs else {
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
        let chosen = try top.outputs.flatMap { (index) throws(InferenceError) in
            try self.outputs(index, binary: parameters.binaryOutput)
        }
        var request = InferRequest(
            id: id,
            inputs: inputs,
            outputs: chosen
                ?? self.signature.outputs.indices.map { .init(index: $0, binary: parameters.binaryOutput) },
            timeoutMicroseconds: parameters.timeoutMicroseconds,
            selectsAllOutputs: chosen == nil
        )
        if !parameters.kept.isEmpty { request.parameters = parameters.kept }
        return request
    }

    private func topLevel() throws(InferenceError) -> TopLevel {
        guard self.tape.kind(JSONTape.first) == .object else {
            throw InferenceError(
                .invalidRequest,
                "the body is \(self.tape.describe(JSONTape.first)); an infer request is a JSON object with inputs"
            )
        }
        var top = TopLevel()
        try self.tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "inputs") {
                try once(&top.inputs, value, "inputs")
            } else if spells(key, "id") {
                try once(&top.id, value, "id")
            } else if spells(key, "outputs") {
                try once(&top.outputs, value, "outputs")
            } else if spells(key, "parameters") {
                try once(&top.parameters, value, "parameters")
            }
        }
        return top
    }

    private func identifier(_ index: Int) throws(InferenceError) -> String {
        guard let bytes = self.tape.string(index) else {
            throw InferenceError(.invalidRequest, "id must be a string, not \(self.tape.describe(index))")
        }
        guard bytes.count <= self.limits.maxIDBytes else {
            throw InferenceError(
                .tooLarge,
                "id is \(bytes.count) bytes long; at most \(self.limits.maxIDBytes) are accepted"
            )
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func requestParameters(_ index: Int) throws(InferenceError) -> Parameters {
        var parameters = Parameters()
        var timeoutIndex: Int?
        var binaryIndex: Int?
        try self.requireObject(index, "parameters")
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "timeout") {
                try once(&timeoutIndex, value, "timeout")
                guard let timeout = self.tape.size(value) else {
                    throw InferenceError(
                        .invalidRequest,
                        "timeout must be a whole number of microseconds, not \(self.tape.describe(value))"
                    )
                }
                parameters.timeoutMicroseconds = Int64(timeout)
            } else if spells(key, "binary_data_output") {
                try once(&binaryIndex, value, "binary_data_output")
                parameters.binaryOutput = try self.flag(value, "binary_data_output")
            }
            guard !self.wantedParameters.isEmpty else { return }
            for name in self.wantedParameters where spells(key, name) {
                if let value = self.plainText(value) { parameters.kept.append((name, value)) }
            }
        }
        return parameters
    }

    /// A text, number or truth value as text; nil for anything else.
    private func plainText(_ index: Int) -> String? {
        switch self.tape.kind(index) {
        case .string: self.tape.string(index).map { String(decoding: $0, as: UTF8.self) }
        case .int64, .uint64, .double, .yes, .no: self.tape.describe(index)
        default: nil
        }
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
        try self.requireObject(index, "each entry of outputs")
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
        try self.requireObject(parametersIndex, "parameters of output \(quoted(name))")
        try self.tape.forEachMember(of: parametersIndex) { (key, value) throws(InferenceError) in
            if spells(key, "binary_data") {
                output.binary = try self.flag(value, "binary_data of output \(quoted(name))")
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

    private func flag(_ index: Int, _ name: @autoclosure () -> String) throws(InferenceError) -> Bool {
        guard let flag = self.tape.bool(index) else {
            throw InferenceError(
                .invalidRequest,
                "\(name()) must be true or false, not \(self.tape.describe(index))"
            )
        }
        return flag
    }

    func requireObject(_ index: Int, _ what: @autoclosure () -> String) throws(InferenceError) {
        guard self.tape.kind(index) == .object else {
            throw InferenceError(.invalidRequest, "\(what()) must be an object, not \(self.tape.describe(index))")
        }
    }
}

/// Remembers where the value of a key stands; a second one is an error, since readers disagree which one counts.
@inline(__always)
func once(_ place: inout Int?, _ index: Int, _ key: StaticString) throws(InferenceError) {
    guard place == nil else {
        throw InferenceError(.invalidRequest, "the key '\(key)' occurs twice in one object")
    }
    place = index
}
