internal import ServingCore

/// Reads the tensors of one V2 answer off its tape.
struct InferResponseReader {
    let tape: JSONTape
    let specs: [TensorSpec]
    let entries: TensorEntryReader
    /// What the outputs with `binary_data_size` claim.
    var tail: BinaryTail

    /// Outputs of an answer that nobody declared; each costs a look at all that are.
    private static let maxStrangers = 1024

    /// - Parameter wanted: indices into `specs`, in the order of the result.
    mutating func read(_ wanted: [Int]) throws(InferenceError) -> [Tensor] {
        guard self.tape.kind(JSONTape.first) == .object else {
            throw InferenceError(
                .invalidOutput,
                "the answer is \(self.tape.describe(JSONTape.first)); an infer answer is a JSON object with outputs"
            )
        }
        var outputsIndex: Int?
        try self.tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "outputs") { try once(&outputsIndex, value, "outputs", .output) }
        }
        guard let outputsIndex, self.tape.kind(outputsIndex) == .array else {
            throw BackendRefusal.missing("outputs", outputsIndex, self.tape, JSONTape.first)
        }
        let tensors = try self.tensors(outputsIndex, wanted)
        guard self.tail.unclaimed == 0 else {
            throw InferenceError(
                .invalidOutput,
                "\(self.tail.unclaimed) bytes of the answer belong to no output; check binary_data_size"
            )
        }
        var ordered: [Tensor] = []
        ordered.reserveCapacity(wanted.count)
        for index in wanted {
            guard let tensor = tensors[index] else {
                throw InferenceError(
                    .invalidOutput,
                    "output \(quoted(self.specs[index].name)) is missing from the answer; the model declares"
                        + " \(listed(self.specs))"
                )
            }
            ordered.append(tensor)
        }
        return ordered
    }

    /// What the answer has of `wanted`, by index into `specs`.
    private mutating func tensors(_ index: Int, _ wanted: [Int]) throws(InferenceError) -> [Tensor?] {
        var tensors = [Tensor?](repeating: nil, count: self.specs.count)
        var isWanted = [Bool](repeating: false, count: self.specs.count)
        for index in wanted {
            guard self.specs.indices.contains(index) else {
                throw InferenceError(.internal, "an output was asked for that the model does not have")
            }
            isWanted[index] = true
        }
        var seen = 0
        let items = self.tape.contents(index)
        var at = items.lowerBound
        while at < items.upperBound {
            guard seen < self.specs.count + Self.maxStrangers else {
                throw InferenceError(
                    .invalidOutput,
                    "the answer has more than \(seen) outputs; the model declares \(self.specs.count)"
                )
            }
            seen += 1
            let fields = try self.entries.fields(at)
            let name = try self.entries.name(fields)
            at = self.tape.after(at)
            guard let position = self.position(of: name, expected: seen - 1), isWanted[position] else {
                let size = try self.entries.binarySize(fields, String(decoding: name, as: UTF8.self))
                if fields.data == nil, let size { try self.tail.skip(size, of: String(decoding: name, as: UTF8.self)) }
                continue
            }
            guard tensors[position] == nil else {
                throw TensorRole.output.invalid(self.specs[position].name, "is given twice")
            }
            tensors[position] = try self.entries.tensor(fields, self.specs[position], &self.tail)
        }
        return tensors
    }

    /// Index in `specs` of the output called `name`; `expected` is tried first.
    private func position(of name: UnsafeBufferPointer<UInt8>, expected: Int) -> Int? {
        if expected < self.specs.count, spells(name, self.specs[expected].name) { return expected }
        return self.specs.firstIndex { spells(name, $0.name) }
    }
}
