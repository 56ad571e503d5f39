package import ServingCore

extension GateEvidence {
    /// Numbers of an output that are looked at; what comes after is left out.
    private static let cloudElements = 512

    /// Adds the answers themselves to C9. Takes the pair as it was, before redaction: nothing of it can be read out of the
    /// test's state, which holds sums over all pairs.
    package mutating func addAnswers(of pair: Pair) {
        guard pair.live.outcome == .answered, pair.candidate.outcome == .answered else { return }
        guard let name = self.cloudOutput ?? pair.live.outputs.first(where: { $0.tensor.isCloudy })?.name else {
            return
        }
        self.cloudOutput = name
        guard let live = Self.numbers(name, pair.live), let candidate = Self.numbers(name, pair.candidate) else {
            return
        }
        self.cloud.add(live: live, candidate: candidate)
    }

    private static func numbers(_ name: String, _ leg: Leg) -> [Double]? {
        guard let tensor = leg.outputs.first(where: { $0.name == name })?.tensor, let values = TensorValues(tensor)
        else {
            return nil
        }
        var numbers: [Double] = []
        values.read(0..<Self.cloudElements, into: &numbers)
        return numbers.isEmpty ? nil : numbers
    }
}

extension Tensor {
    /// Real numbers, more than one of them: probabilities, scores, an embedding.
    fileprivate var isCloudy: Bool {
        switch self.datatype {
        case .fp16, .bf16, .fp32, .fp64: Tensor.elementCount(of: self.shape).map { $0 > 1 } ?? false
        default: false
        }
    }
}
