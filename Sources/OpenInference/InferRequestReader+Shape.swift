internal import ServingCore

extension InferRequestReader {
    /// The shape at `index`, checked against `spec`, and its product. Costs no allocation when it equals `spec.shape`.
    func shape(_ index: Int, _ spec: TensorSpec) throws(InferenceError) -> (shape: [Int64], count: Int) {
        guard self.tape.kind(index) == .array else {
            throw InferenceError(
                .invalidRequest,
                "shape of input \(quoted(spec.name)) must be a list of whole numbers, not \(self.tape.describe(index))"
            )
        }
        let items = self.tape.contents(index)
        var rank = 0
        var count = 1
        var isSame = true
        var fits = true
        var at = items.lowerBound
        while at < items.upperBound {
            guard rank < self.limits.maxDimensions else {
                throw InferenceError(
                    .invalidRequest,
                    "shape of input \(quoted(spec.name)) has more than \(self.limits.maxDimensions) dimensions"
                )
            }
            let wanted = rank < spec.shape.count ? spec.shape[rank] : nil
            guard let dimension = self.tape.size(at), dimension > 0 || wanted == 0 else {
                throw InferenceError(
                    .invalidRequest,
                    "shape of input \(quoted(spec.name)) has the dimension \(self.tape.describe(at)); dimensions are"
                        + " whole numbers from 1"
                )
            }
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            guard !overflow, product <= self.limits.maxElements else {
                throw InferenceError(
                    .invalidRequest,
                    "shape of input \(quoted(spec.name)) has more than \(self.limits.maxElements) elements, the most"
                        + " that is accepted"
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
            throw InferenceError(
                .invalidRequest,
                "input \(quoted(spec.name)) has shape \(described(self.dimensions(items))), but this model takes"
                    + " \(described(spec.shape))"
            )
        }
        return (isSame ? spec.shape : self.dimensions(items), count)
    }

    /// The numbers in `items`, already known to be whole numbers.
    private func dimensions(_ items: Range<Int>) -> [Int64] {
        stride(from: items.lowerBound, to: items.upperBound, by: 2).map { Int64(bitPattern: self.tape.word($0 + 1)) }
    }
}
