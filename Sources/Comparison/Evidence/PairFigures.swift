import Glibc
package import ServingCore

/// One compared pair in a few figures: what is listed, ranked and counted by segment.
package struct PairFigures: Sendable, Equatable {
    /// Both versions answered, so that they could be compared.
    package let isCompared: Bool
    /// The largest of any output, 0...1; 1 when only one side answered, 0 when none did.
    package let divergence: Double
    /// The largest between two live answers; nil when that was not measured.
    package let noiseDivergence: Double?
    /// Some output lies outside its tolerance, or only one side answered.
    package let diverged: Bool
    /// Some output names another class.
    package let flips: Bool

    package init(_ pair: Pair, _ comparison: PairComparison) {
        let (live, candidate) = (pair.live.outcome == .answered, pair.candidate.outcome == .answered)
        self.isCompared = live && candidate
        self.divergence = live != candidate ? 1 : Self.largest(comparison.outputs)
        self.noiseDivergence = comparison.noise.map(Self.largest)
        self.diverged = live != candidate || comparison.outputs.contains { $0.diverged }
        self.flips = comparison.outputs.contains { $0.flip == true }
    }

    private static func largest(_ outputs: [OutputComparison]) -> Double {
        outputs.reduce(0) { max($0, $1.divergence.asDivergence) }
    }
}

extension Pair {
    /// The live version, asked again, gave the same answer bit for bit; nil unless it answered both times.
    ///
    /// - Parameter ignored: names of outputs that do not count.
    package func liveRepeats(ignoring ignored: Set<String> = []) -> Bool? {
        guard let noise = self.noise, self.live.outcome == .answered, noise.outcome == .answered else { return nil }
        return self.live.outputs.count == noise.outputs.count
            && zip(self.live.outputs, noise.outputs).allSatisfy {
                $0.isIdentical(to: $1) || $0.name == $1.name && ignored.contains($0.name)
            }
    }
}

extension NamedTensor {
    fileprivate func isIdentical(to other: NamedTensor) -> Bool {
        guard self.name == other.name, self.tensor.datatype == other.tensor.datatype,
            self.tensor.shape == other.tensor.shape
        else { return false }
        return self.tensor.bytes.withUnsafeBytes { one in
            other.tensor.bytes.withUnsafeBytes { two in
                guard one.count == two.count, let start = one.baseAddress, let other = two.baseAddress else {
                    return one.count == two.count
                }
                return memcmp(start, other, one.count) == 0
            }
        }
    }
}
