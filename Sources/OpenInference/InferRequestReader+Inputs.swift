internal import ServingCore

extension InferRequestReader {
    /// Indices on the tape of the parts of one input.
    private struct Fields {
        var name: Int?
        var datatype: Int?
        var shape: Int?
        var data: Int?
        var parameters: Int?
    }

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
            let fields = try self.fields(at)
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
            tensors.append(try self.tensor(fields, specs[position]))
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

    private func fields(_ index: Int) throws(InferenceError) -> Fields {
        try self.tape.requireObject(index, "each entry of inputs")
        var fields = Fields()
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "name") {
                try once(&fields.name, value, "name")
            } else if spells(key, "shape") {
                try once(&fields.shape, value, "shape")
            } else if spells(key, "datatype") {
                try once(&fields.datatype, value, "datatype")
            } else if spells(key, "data") {
                try once(&fields.data, value, "data")
            } else if spells(key, "parameters") {
                try once(&fields.parameters, value, "parameters")
            }
        }
        return fields
    }

    /// Index in the signature of the input that `fields` names; `expected` is tried first.
    private func position(of fields: Fields, expected: Int) throws(InferenceError) -> Int {
        guard let index = fields.name, let name = self.tape.string(index) else {
            throw InferenceError(.invalidRequest, "each entry of inputs needs a name that is a string")
        }
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

    private mutating func tensor(_ fields: Fields, _ spec: TensorSpec) throws(InferenceError) -> Tensor {
        try self.checkDatatype(fields, spec)
        guard let shapeIndex = fields.shape else {
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has no shape; this model takes \(described(spec.shape))"
            )
        }
        let (shape, count) = try self.shape(shapeIndex, spec)
        let binarySize = try fields.parameters.flatMap { (index) throws(InferenceError) in
            try self.binarySize(index, spec)
        }
        let bytes: TensorBytes
        switch (fields.data, binarySize) {
        case (.some(let data), nil):
            let reader = JSONTensorReader(tape: self.tape, spec: spec, shape: shape, limits: self.limits)
            bytes = try reader.read(data, count: count)
        case (nil, .some(let size)):
            guard self.hasBinaryPart else {
                throw InferenceError(
                    .invalidRequest,
                    "input \(quoted(spec.name)) has binary_data_size, which needs the header \(InferenceHeader.name)"
                )
            }
            bytes = try self.tail.claim(size, for: spec, count: count)
        case (.some, .some):
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has both data and binary_data_size; send one of them"
            )
        case (nil, nil):
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has no data; send data or binary_data_size"
            )
        }
        return Tensor(datatype: spec.datatype, shape: shape, bytes: bytes)
    }

    private func checkDatatype(_ fields: Fields, _ spec: TensorSpec) throws(InferenceError) {
        guard let index = fields.datatype, let name = self.tape.string(index) else {
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has no datatype; this model takes \(spec.datatype)"
            )
        }
        guard spells(name, spec.datatype.name) else {
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has datatype \(quoted(name)), but this model takes \(spec.datatype)"
            )
        }
    }

    private func binarySize(_ index: Int, _ spec: TensorSpec) throws(InferenceError) -> Int? {
        var sizeIndex: Int?
        try self.tape.requireObject(index, "parameters of input \(quoted(spec.name))")
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "binary_data_size") {
                try once(&sizeIndex, value, "binary_data_size")
            } else if spells(key, "shared_memory_region") {
                throw InferenceError(
                    .unsupported,
                    "input \(quoted(spec.name)) is in shared memory, which is not offered; send its data"
                )
            }
        }
        guard let sizeIndex else { return nil }
        guard let size = self.tape.size(sizeIndex) else {
            throw InferenceError(
                .invalidRequest,
                "binary_data_size of input \(quoted(spec.name)) must be a whole number of bytes, not"
                    + " \(self.tape.describe(sizeIndex))"
            )
        }
        return size
    }
}
