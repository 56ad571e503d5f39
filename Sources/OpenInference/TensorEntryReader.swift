internal import ServingCore

/// Reads entries of `inputs` of a request, or of `outputs` of an answer.
struct TensorEntryReader {
    let tape: JSONTape
    let limits: DecodeLimits
    let role: TensorRole
    /// False: nobody said where the JSON ends, so it all is JSON.
    let hasBinaryPart: Bool

    /// Indices on the tape of the parts of one entry.
    struct Fields {
        var name: Int?
        var datatype: Int?
        var shape: Int?
        var data: Int?
        var parameters: Int?
    }

    func fields(_ index: Int) throws(InferenceError) -> Fields {
        try self.tape.requireObject(index, "each entry of \(self.role.noun)s", self.role)
        var fields = Fields()
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "name") {
                try once(&fields.name, value, "name", self.role)
            } else if spells(key, "shape") {
                try once(&fields.shape, value, "shape", self.role)
            } else if spells(key, "datatype") {
                try once(&fields.datatype, value, "datatype", self.role)
            } else if spells(key, "data") {
                try once(&fields.data, value, "data", self.role)
            } else if spells(key, "parameters") {
                try once(&fields.parameters, value, "parameters", self.role)
            }
        }
        // Servers that write all fields of a class write null for those that are not there.
        if self.role == .output {
            fields.data = fields.data.flatMap { self.tape.kind($0) == .null ? nil : $0 }
            fields.parameters = fields.parameters.flatMap { self.tape.kind($0) == .null ? nil : $0 }
        }
        return fields
    }

    func name(_ fields: Fields) throws(InferenceError) -> UnsafeBufferPointer<UInt8> {
        guard let index = fields.name, let name = self.tape.string(index) else {
            throw InferenceError(
                self.role.invalidCode,
                "each entry of \(self.role.noun)s needs a name that is a string"
            )
        }
        return name
    }

    /// The tensor that `fields` describe, checked against `spec`; binary data is taken off `tail`.
    func tensor(_ fields: Fields, _ spec: TensorSpec, _ tail: inout BinaryTail) throws(InferenceError) -> Tensor {
        try self.checkDatatype(fields, spec)
        guard let shapeIndex = fields.shape else {
            throw self.role.invalid(spec.name, "has no shape; \(self.role.declares) \(described(spec.shape))")
        }
        let shapes = TensorShapeReader(tape: self.tape, limits: self.limits, role: self.role)
        let (shape, count) = try shapes.read(shapeIndex, spec)
        let bytes: TensorBytes
        switch (fields.data, try self.binarySize(fields, spec.name)) {
        case (.some(let data), nil):
            let reader = JSONTensorReader(
                tape: self.tape,
                spec: spec,
                shape: shape,
                limits: self.limits,
                role: self.role
            )
            bytes = try reader.read(data, count: count)
        case (nil, .some(let size)):
            bytes = try tail.claim(size, for: spec, count: count)
        case (.some, .some):
            throw self.role.invalid(spec.name, "has both data and binary_data_size; send one of them")
        case (nil, nil):
            throw self.role.invalid(spec.name, "has no data; send data or binary_data_size")
        }
        return Tensor(datatype: spec.datatype, shape: shape, bytes: bytes)
    }

    private func checkDatatype(_ fields: Fields, _ spec: TensorSpec) throws(InferenceError) {
        guard let index = fields.datatype, let name = self.tape.string(index) else {
            throw self.role.invalid(spec.name, "has no datatype; \(self.role.declares) \(spec.datatype)")
        }
        guard spells(name, spec.datatype.name) else {
            throw self.role.invalid(
                spec.name,
                "has datatype \(quoted(name)), but \(self.role.declares) \(spec.datatype)"
            )
        }
    }

    /// The bytes behind the JSON that belong to the tensor; nil when its data is in the JSON.
    func binarySize(_ fields: Fields, _ name: @autoclosure () -> String) throws(InferenceError) -> Int? {
        guard let index = fields.parameters else { return nil }
        var sizeIndex: Int?
        try self.tape.requireObject(index, "parameters of \(self.role.noun) \(quoted(name()))", self.role)
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "binary_data_size") {
                try once(&sizeIndex, value, "binary_data_size", self.role)
            } else if spells(key, "shared_memory_region") {
                throw InferenceError(
                    .unsupported,
                    "\(self.role.noun) \(quoted(name())) is in shared memory, which is not offered; send its data"
                )
            }
        }
        guard let sizeIndex else { return nil }
        guard let size = self.tape.size(sizeIndex) else {
            throw InferenceError(
                self.role.invalidCode,
                "binary_data_size of \(self.role.noun) \(quoted(name())) must be a whole number of bytes, not"
                    + " \(self.tape.describe(sizeIndex))"
            )
        }
        guard self.hasBinaryPart || fields.data != nil else {
            throw self.role.invalid(
                name(),
                "has binary_data_size, which needs the header \(InferenceHeader.name)"
            )
        }
        return size
    }
}
