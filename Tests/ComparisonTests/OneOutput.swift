import Comparison
import ServingCore
import TestSupport

/// A comparator of models with one output, and pairs for it. A class, because `#expect` cannot call what mutates.
final class OneOutput {
    var comparator: PairComparator
    let name: String
    private var lastID: Int64 = 0

    init(
        _ datatype: DataType,
        _ shape: [Int64],
        named name: String = "y",
        candidate: (datatype: DataType, shape: [Int64])? = nil,
        setting: ComparisonSettings.Output? = nil,
        keeping form: any KeptForm = VerbatimForm()
    ) {
        let signature = { (datatype: DataType, shape: [Int64]) in
            ModelSignature(inputs: [], outputs: [TensorSpec(name: name, datatype: datatype, shape: shape)])
        }
        self.name = name
        self.comparator = PairComparator(
            live: signature(datatype, shape),
            candidate: signature(candidate?.datatype ?? datatype, candidate?.shape ?? shape),
            settings: ComparisonSettings(outputs: setting.map { [name: $0] } ?? [:]),
            keeping: form
        )
    }

    func pair(_ live: Tensor?, _ candidate: Tensor?, noise: Tensor? = nil) -> Pair {
        self.lastID += 1
        return Pair(
            id: self.lastID,
            release: 1,
            inputs: [],
            live: self.leg(live),
            candidate: self.leg(candidate),
            noise: noise.map { self.leg($0) }
        )
    }

    /// What comes out for one more pair.
    func add(_ live: Tensor?, _ candidate: Tensor?, noise: Tensor? = nil) -> [PairComparison] {
        let pair = self.pair(live, candidate, noise: noise)
        return self.comparator.add(pair).map(\.comparison)
    }

    /// Feeds answers that both sides agree on, and chooses.
    func learn(_ live: [Tensor]) {
        for tensor in live { _ = self.add(tensor, tensor) }
        _ = self.comparator.settle()
    }

    /// The comparison of the one output in one more pair, after the choice.
    func compare(_ live: Tensor?, _ candidate: Tensor?) -> OutputComparison? {
        self.add(live, candidate).last?.outputs.first
    }

    func settle() -> [PairComparison] {
        self.comparator.settle().map(\.comparison)
    }

    var plan: OutputPlan? { self.comparator.kept.plan.first }

    private func leg(_ tensor: Tensor?) -> Leg {
        Leg(
            outcome: .answered,
            nanoseconds: 1,
            outputs: tensor.map { [NamedTensor(name: self.name, tensor: $0)] } ?? []
        )
    }
}

extension SeededRandom {
    mutating func uniform() -> Double {
        Double(self.next() >> 11) / 9_007_199_254_740_992
    }

    /// Roughly normal: mean 0, standard deviation 1.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + self.uniform() }
    }

    /// Shares that sum to 1.
    mutating func distribution(_ classes: Int) -> [Float] {
        let weights = (0..<classes).map { _ in self.uniform() + 1e-3 }
        let total = weights.reduce(0, +)
        return weights.map { Float($0 / total) }
    }

    mutating func vector(_ dimensions: Int) -> [Double] {
        (0..<dimensions).map { _ in self.normal() }
    }
}

extension Tensor {
    static func floats(_ values: [Float], _ shape: [Int64]) -> Tensor { .of(.fp32, values, shape: shape) }

    static func text(_ text: String) -> Tensor { .texts([text], shape: [1]) }

    static func unit(_ vector: [Double]) -> Tensor {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return .floats(vector.map { Float($0 / length) }, [1, Int64(vector.count)])
    }
}
