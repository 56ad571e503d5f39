package import ServingCore

/// The rule a candidate must keep to take over: it accepts every request the live version accepts, and gives every
/// output the live version gives.
package enum Contract {
    /// Every way in which `candidate` breaks the contract, one sentence each; empty when it keeps it.
    package static func differences(live: ModelSignature, candidate: ModelSignature) -> [String] {
        self.inputDifferences(live.inputs, candidate.inputs) + self.outputDifferences(live.outputs, candidate.outputs)
    }

    private static func inputDifferences(_ live: [TensorSpec], _ candidate: [TensorSpec]) -> [String] {
        var differences: [String] = []
        for spec in live {
            guard let other = candidate.first(where: { $0.name == spec.name }) else {
                differences.append("input '\(spec.name)' is gone: requests that send it would be refused")
                continue
            }
            if other.datatype != spec.datatype {
                differences.append("input '\(spec.name)' is \(other.datatype), live takes \(spec.datatype)")
            }
            if !Self.covers(other.shape, spec.shape) {
                differences.append("input '\(spec.name)' takes shape \(other.shape), live takes \(spec.shape)")
            }
        }
        for spec in candidate where !live.contains(where: { $0.name == spec.name }) {
            differences.append("input '\(spec.name)' is new: today's requests do not send it")
        }
        return differences
    }

    private static func outputDifferences(_ live: [TensorSpec], _ candidate: [TensorSpec]) -> [String] {
        var differences: [String] = []
        for spec in live {
            guard let other = candidate.first(where: { $0.name == spec.name }) else {
                differences.append("output '\(spec.name)' is gone: clients that read it would fail")
                continue
            }
            if other.datatype != spec.datatype {
                differences.append("output '\(spec.name)' is \(other.datatype), live gives \(spec.datatype)")
            }
            if !Self.mayEqual(other.shape, spec.shape) {
                differences.append("output '\(spec.name)' has shape \(other.shape), live gives \(spec.shape)")
            }
        }
        return differences
    }

    /// True if every concrete shape that fits `narrow` also fits `wide`.
    private static func covers(_ wide: [Int64], _ narrow: [Int64]) -> Bool {
        wide.count == narrow.count && zip(wide, narrow).allSatisfy { $0 < 0 || $0 == $1 }
    }

    /// True if some concrete shape fits both: a dimension left open by either side promises nothing.
    private static func mayEqual(_ one: [Int64], _ other: [Int64]) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { $0 < 0 || $1 < 0 || $0 == $1 }
    }
}
