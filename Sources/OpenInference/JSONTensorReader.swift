internal import ServingCore

/// Converts the `data` of one tensor, nested as its shape or flat, into tensor bytes.
struct JSONTensorReader {
    let tape: JSONTape
    let spec: TensorSpec
    let shape: [Int64]
    let limits: DecodeLimits
    let role: TensorRole

    /// A list without lists in it: where its members stand, how many the shape needs, and which element is the first.
    struct Run {
        var words: Range<Int>
        var count: Int
        var first: Int
    }

    /// - Parameter count: the product of `shape`.
    func read(_ index: Int, count: Int) throws(InferenceError) -> TensorBytes {
        guard self.tape.kind(index) == .array else {
            throw self.invalid("must have a list as data, not \(self.tape.describe(index))")
        }
        // Each element takes at least a word of tape, so a shape that lies about a small body allocates nothing.
        guard count <= self.tape.contents(index).count else { throw self.wrongCount(index, count) }
        guard let width = self.spec.datatype.byteWidth else { return try self.readStrings(index, count: count) }
        switch self.spec.datatype {
        case .fp16, .bf16:
            throw InferenceError(
                .unsupported,
                "\(self.role.noun) \(quoted(self.spec.name)) is \(self.spec.datatype), which has no JSON form;"
                    + " send it as binary data"
            )
        default:
            return try TensorBytes(count: count * width) { (target) throws(InferenceError) in
                guard let base = target.baseAddress else { return }
                // The common flat list needs no walk.
                let words = self.tape.contents(index)
                guard self.tape.kind(words.lowerBound) == .array else {
                    return try self.convert(Run(words: words, count: count, first: 0), to: base)
                }
                try self.forEachRun(index, count: count) { (run) throws(InferenceError) in
                    try self.convert(run, to: base + run.first * width)
                }
            }
        }
    }

    /// Calls `body` for each run of `count` elements in total, in order, or throws when the lists are nested in a way
    /// that the shape does not allow.
    func forEachRun(
        _ index: Int,
        count: Int,
        _ body: (Run) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        try self.forEachRun(index, dimension: 0, count: count, first: 0, body)
    }

    /// Depth of recursion is bounded by the rank of the shape.
    private func forEachRun(
        _ index: Int,
        dimension: Int,
        count: Int,
        first: Int,
        _ body: (Run) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        let words = self.tape.contents(index)
        guard self.tape.kind(words.lowerBound) == .array, !words.isEmpty else {
            return try body(Run(words: words, count: count, first: first))
        }
        guard dimension + 1 < self.shape.count, let extent = Int(exactly: self.shape[dimension]), extent > 0 else {
            throw self.invalid("has data nested deeper than its shape \(described(self.shape))")
        }
        let part = count / extent
        var at = words.lowerBound
        for member in 0..<extent {
            guard at < words.upperBound, self.tape.kind(at) == .array else {
                throw self.unlikeShape(dimension, extent)
            }
            try self.forEachRun(
                at,
                dimension: dimension + 1,
                count: part,
                first: first + member * part,
                body
            )
            at = self.tape.after(at)
        }
        guard at >= words.upperBound else { throw self.unlikeShape(dimension, extent) }
    }

    func invalid(_ sentence: String) -> InferenceError {
        self.role.invalid(self.spec.name, sentence)
    }

    func wrongElement(_ element: Int, _ index: Int, _ right: String) -> InferenceError {
        self.invalid("element \(element) is \(self.tape.describe(index)); \(self.spec.datatype) takes \(right)")
    }

    private func unlikeShape(_ dimension: Int, _ extent: Int) -> InferenceError {
        self.invalid(
            "has data nested unlike its shape \(described(self.shape)): a list at depth \(dimension + 1) does not hold"
                + " \(extent) lists"
        )
    }

    private func wrongCount(_ index: Int, _ needed: Int) -> InferenceError {
        self.wrongCount(members: self.tape.contents(index), needed)
    }

    /// For a list that has more or fewer members than the shape needs.
    func wrongCount(members words: Range<Int>, _ needed: Int) -> InferenceError {
        var found = 0
        var at = words.lowerBound
        while at < words.upperBound {
            if self.tape.kind(at) == .array {
                return self.invalid(
                    "has data with fewer elements than the \(needed) of its shape \(described(self.shape))"
                )
            }
            found += 1
            at = self.tape.after(at)
        }
        return self.invalid("has \(found) elements in data where its shape \(described(self.shape)) needs \(needed)")
    }
}
