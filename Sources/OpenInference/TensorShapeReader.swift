internal import ServingCore

/// Reads the `shape` of one tensor off a tape.
struct TensorShapeReader {
    let tape: JSONTape
    let limits: DecodeLimits
    let role: TensorRole

    /// The shape at `index`, checked against `spec`, and its product. Costs no allocation when it equals `spec.shape`.
    func read(_ index: Int, _ spec: TensorSpec) throws(InferenceError) -> (shape: [Int64], count: Int) {
        guard self.tape.kind(index) == .array else {
            throw self.invalid(spec, "must be a list of whole numbers, not \(self.tape.describe(index))")
        }
        let items = self.tape.contents(index)
        var rank = 0
        var count = 1
        var isSame = true
        var fits = true
        var at = items.lowerBound
        while at < items.upperBound {
            guard rank < self.limits.maxDimensions else {
                throw self.invalid(spec, "has more than \(self.limits.maxDimensions) dimensions")
            }
            let wanted = rank < spec.shape.count ? spec.shape[rank] : nil
            let dimension = try self.dimension(at, spec, wanted)
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= self.limits.maxElements else {
                throw self.invalid(
                    spec,
                    "has more than \(self.limits.maxElements) elements, the most that is accepted"
                )
            }
            count = product
            if wanted != Int64(dimension) {
                isSame = false
                if wanted != -1 { fits = false }
            }
            rank += 1
            at = self.tape.after(at)
        }
        guard fits, rank == spec.shape.count else {
            throw self.role.invalid(
                spec.name,
                "has shape \(described(self.dimensions(items))), but \(self.role.declares) \(described(spec.shape))"
            )
        }
        return (isSame ? spec.shape : self.dimensions(items), count)
    }

    /// A model may find nothing, and answer with a dimension of 0; nobody may ask it about nothing.
    private func dimension(_ index: Int, _ spec: TensorSpec, _ wanted: Int64?) throws(InferenceError) -> Int {
        guard let dimension = self.tape.size(index), dimension > 0 || wanted == 0 || self.role == .output else {
            throw self.invalid(
                spec,
                "has the dimension \(self.tape.describe(index)); dimensions are whole numbers from"
                    + " \(self.role == .output ? 0 : 1)"
            )
        }
        return dimension
    }

    /// The numbers in `items`, already known to be whole numbers.
    private func dimensions(_ items: Range<Int>) -> [Int64] {
        stride(from: items.lowerBound, to: items.upperBound, by: 2).map { Int64(bitPattern: self.tape.word($0 + 1)) }
    }

    private func invalid(_ spec: TensorSpec, _ sentence: String) -> InferenceError {
        InferenceError(self.role.invalidCode, "shape of \(self.role.noun) \(quoted(spec.name)) \(sentence)")
    }
}
