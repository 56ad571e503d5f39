import Glibc
package import ServingCore

/// What differs most in a pair, for people.
package enum DifferenceSentence {
    /// For example ``output `label`: `3` became `8` ``.
    package static func of(_ pair: Pair, _ comparison: PairComparison) -> String {
        if pair.live.outcome != .answered || pair.candidate.outcome != .answered {
            return "live: \(Self.outcome(pair.live)); candidate: \(Self.outcome(pair.candidate))"
        }
        let worst = comparison.outputs.max { $0.divergence.asDivergence < $1.divergence.asDivergence }
        guard let worst else { return "nothing was compared" }
        return "output `\(worst.name)`: \(Self.of(worst))"
    }

    private static func outcome(_ leg: Leg) -> String {
        leg.reason.map { "\(leg.outcome.name) (\($0))" } ?? leg.outcome.name
    }

    /// Of one output, without its name.
    package static func of(_ output: OutputComparison) -> String {
        if let structure = output.structure { return structure }
        if output.flip == true, let live = output.liveClass, let candidate = output.candidateClass {
            return "`\(live)` became `\(candidate)`, divergence \(Self.rounded(output.divergence))"
        }
        if let field = output.fields.first {
            let others = output.fields.count > 1 ? ", and \(output.fields.count - 1) more" : ""
            switch field.kind {
            case .missing: return "`\(field.path)` is missing\(others)"
            case .extra: return "`\(field.path)` is new\(others)"
            default:
                return "`\(field.path)` (\(field.kind.rawValue)): \(field.live ?? "nothing") became "
                    + "\(field.candidate ?? "nothing")\(others)"
            }
        }
        if let error = output.signedError, error != 0, error.isFinite {
            return "the candidate is \(Self.rounded(abs(error))) \(error > 0 ? "larger" : "smaller"), divergence "
                + Self.rounded(output.divergence)
        }
        if let fired = TextGuard.sentence(output.details) {
            return "\(fired), divergence \(Self.rounded(output.divergence))"
        }
        return "divergence \(Self.rounded(output.divergence))"
    }

    /// Three significant digits.
    static func rounded(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        let digits = 2 - floor(log10(abs(value)))
        let result = digits > 0 ? (value * pow(10, digits)).rounded() / pow(10, digits) : value.rounded()
        let text = "\(result.isFinite ? result : value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
