internal import ServingCore

/// Reads the tensors of a `:predict` request or answer, by rows or by columns, with names or, for a single tensor,
/// without.
struct PredictBodyReader {
    let tape: JSONTape
    let specs: [TensorSpec]
    /// Indices into `specs`, in the order of the result.
    let wanted: [Int]
    let role: TensorRole
    let values: PredictValueReader

    init(tape: JSONTape, specs: [TensorSpec], wanted: [Int], role: TensorRole, limits: DecodeLimits) {
        self.tape = tape
        self.specs = specs
        self.wanted = wanted
        self.role = role
        self.values = PredictValueReader(tape: tape, limits: limits, role: role)
    }

    /// A list of rows: objects by name, or plain values of the only tensor.
    func rows(_ index: Int, _ key: StaticString) throws(InferenceError) -> [Tensor] {
        let items = self.tape.contents(index)
        let hasNames = !items.isEmpty && self.isNamed(items.lowerBound)
        guard hasNames || items.isEmpty else { return try self.whole(index, key) }
        var rows = [[Int]](repeating: [], count: self.specs.count)
        var row = 0
        var at = items.lowerBound
        while at < items.upperBound {
            guard self.isNamed(at) else {
                throw self.invalid("item \(row) of \(key) is \(self.tape.describe(at)), but the first one is an object")
            }
            let places = try self.places(at, "item \(row) of \(key)")
            for position in self.wanted {
                guard let place = places[position] else { throw self.missing(position, "item \(row) of \(key)") }
                rows[position].append(place)
            }
            row += 1
            at = self.tape.after(at)
        }
        return try self.wanted.map { (position) throws(InferenceError) in
            try self.values.tensor(rows: rows[position], self.specs[position])
        }
    }

    /// An object of whole tensors by name, or the only one.
    func columns(_ index: Int, _ key: StaticString) throws(InferenceError) -> [Tensor] {
        guard self.isNamed(index) else { return try self.whole(index, key) }
        let places = try self.places(index, "\(key)")
        return try self.wanted.map { (position) throws(InferenceError) in
            guard let place = places[position] else { throw self.missing(position, "\(key)") }
            return try self.values.tensor(place, self.specs[position])
        }
    }

    private func whole(_ index: Int, _ key: StaticString) throws(InferenceError) -> [Tensor] {
        guard self.specs.count == 1, let spec = self.specs.first else {
            throw self.invalid(
                "\(key) holds plain values, but \(self.role.declares) \(self.specs.count) \(self.role.noun)s; name them"
                    + " in objects: \(listed(self.specs))"
            )
        }
        let tensor = try self.values.tensor(index, spec)
        return self.wanted.map { _ in tensor }
    }

    /// An object that is no single element of BYTES.
    private func isNamed(_ index: Int) -> Bool { self.tape.kind(index) == .object && !self.values.isBase64(index) }

    /// Where the value of each tensor stands in the object at `index`. Names nobody declared are an error in a request;
    /// in an answer they are passed over, as servers give more than they are asked for.
    private func places(_ index: Int, _ what: @autoclosure () -> String) throws(InferenceError) -> [Int?] {
        var places = [Int?](repeating: nil, count: self.specs.count)
        var next = 0
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            let position: Int
            if next < self.specs.count, spells(key, self.specs[next].name) {
                position = next
            } else if let found = self.specs.firstIndex(where: { spells(key, $0.name) }) {
                position = found
            } else {
                guard self.role == .output else {
                    throw self.invalid(
                        "\(what()) has the unknown \(self.role.noun) \(quoted(key)); \(self.role.declares)"
                            + " \(listed(self.specs))"
                    )
                }
                return
            }
            guard places[position] == nil else {
                throw self.role.invalid(self.specs[position].name, "is given twice in \(what())")
            }
            places[position] = value
            next = position + 1
        }
        return places
    }

    private func missing(_ position: Int, _ what: String) -> InferenceError {
        self.role.invalid(
            self.specs[position].name,
            "is missing in \(what); \(self.role.declares) \(listed(self.specs))"
        )
    }

    private func invalid(_ sentence: String) -> InferenceError {
        InferenceError(self.role.invalidCode, sentence)
    }
}
