internal import ServingCore

extension InferRequestReader {
    /// Every input of the signature exactly once, whatever the order they come in.
    mutating func inputs(_ index: Int) throws(InferenceError) -> [Tensor] {
        guard self.tape.kind(index) == .array else {
            throw InferenceError(.invalidRequest, "inputs must be a list, not \(self.tape.describe(index))")
        }
        let specs = self.signature.inputs
        var tensors: [Tensor] = []
        tensors.reserveCapacity(specs.count)
        // Position in the signature of each tensor; kept only once they turn out not to be in its order.
        var positions: [Int]?
        var taken: [Bool] = []
        let items = self.tape.contents(index)
        var at = items.lowerBound
        while at < items.upperBound {
            let fields = try self.entries.fields(at)
            let position = try self.position(of: fields, expected: tensors.count)
            if positions == nil, position != tensors.count {
                positions = Array(0..<tensors.count)
                taken = specs.indices.map { $0 < tensors.count }
            }
            if positions != nil {
                guard !taken[position] else {
                    throw InferenceError(.invalidRequest, "input \(quoted(specs[position].name)) is given twice")
                }
                taken[position] = true
                positions?.append(position)
            }
            tensors.append(try self.entries.tensor(fields, specs[position], &self.tail))
            at = self.tape.after(at)
        }
        guard tensors.count == specs.count else {
            let missing = positions == nil ? tensors.count : taken.firstIndex(of: false) ?? 0
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(specs[missing].name)) is missing; this model takes \(listed(specs))"
            )
        }
        guard let positions else { return tensors }
        var ordered = tensors
        for (tensor, position) in zip(tensors, positions) { ordered[position] = tensor }
        return ordered
    }

    /// Index in the signature of the input that `fields` names; `expected` is tried first.
    private func position(of fields: TensorEntryReader.Fields, expected: Int) throws(InferenceError) -> Int {
        let name = try self.entries.name(fields)
        let specs = self.signature.inputs
        if expected < specs.count, spells(name, specs[expected].name) { return expected }
        guard let position = specs.firstIndex(where: { spells(name, $0.name) }) else {
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(name)) is unknown; this model takes \(listed(specs))"
            )
        }
        guard expected < specs.count else {
            throw InferenceError(.invalidRequest, "input \(quoted(name)) is given twice")
        }
        return position
    }
}
