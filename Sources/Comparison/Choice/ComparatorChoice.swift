import ServingCore

/// The comparator for one output, chosen from the manifest (which wins), the datatype, the shape, the name and live's
/// first answers, with the reason.
struct ComparatorChoice {
    var comparator: ComparisonSettings.Comparator
    var method: ComparisonMethod
    var tolerance: Double?
    var why: String

    /// - Parameters:
    ///   - live: at least one answer.
    ///   - candidate: the candidate's answers to the same requests, as far as they have this output.
    ///   - quotes: the reason may quote values of the answers.
    ///   - meaning: `TextMeaning.mark`; nil when the meaning of texts is not known.
    static func choose(
        _ output: DeclaredOutput,
        live: [Tensor],
        candidate: [Tensor],
        quotes: Bool,
        meaning: String?
    ) -> ComparatorChoice {
        let datatype = live.first?.datatype ?? .bytes
        let answers = FirstAnswers(
            output: output,
            datatype: datatype,
            live: live,
            candidate: candidate,
            quotes: quotes,
            meaning: meaning
        )
        guard let wanted = output.comparator else { return answers.choice() }
        guard Self.fits(wanted, datatype) else {
            return ComparatorChoice(
                comparator: .exact,
                method: .exact(ExactComparator()),
                why:
                    "model.yaml says \(wanted.rawValue), which \(datatype) cannot be compared as, so equality is checked"
            )
        }
        return answers.make(wanted, because: "model.yaml says so")
    }

    private static func fits(_ comparator: ComparisonSettings.Comparator, _ datatype: DataType) -> Bool {
        switch comparator {
        case .probabilities, .vector: datatype.isFloatingPoint
        case .regression: datatype != .bytes && datatype != .bool
        case .text, .json: datatype == .bytes
        case .labels, .exact, .ignore: true
        }
    }

    /// The braces' content of `DeclaredOutput.override`: a sensible other choice.
    static func alternative(to comparator: ComparisonSettings.Comparator, _ datatype: String) -> String {
        switch (comparator, datatype) {
        case (.json, _): "comparator: json, ignore: [\"$.timestamp\"]"
        case (.text, _), (.labels, "BYTES"), (.exact, "BYTES"): "comparator: text, tolerance: 0.1"
        case (.vector, _): "comparator: vector, tolerance: 0.01"
        case (.ignore, _), (.labels, "BOOL"): "comparator: exact"
        case (.exact, "BOOL"): "comparator: labels"
        case (.labels, _): "comparator: regression, tolerance: 1"
        case (.probabilities, _), (.regression, _), (.exact, _): "comparator: regression, tolerance: 0.01"
        }
    }
}

/// A comparator with everything it needs to know of the output.
enum ComparisonMethod: Sendable, Codable {
    case probabilities(ProbabilityComparator)
    case labels(LabelComparator)
    case regression(RegressionComparator)
    case cosine(CosineComparator)
    case neighbours(NeighbourComparator)
    case text(TextComparator)
    case json(JSONComparator)
    case exact(ExactComparator)
    case ignore
}
