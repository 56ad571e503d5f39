import ServingCore

extension ComparatorChoice {
    /// What a choice rests on.
    struct FirstAnswers {
        /// Largest divergence of two neighbour lists that counts as equal: of an equivalent embedding model, 60 % of
        /// the neighbours are expected to be the same.
        static let neighbourTolerance = 0.4
        /// The share of live's spread that is an error worth 1.
        static let shareOfSpread = 0.05

        let output: DeclaredOutput
        let datatype: DataType
        let live: [Tensor]
        let candidate: [Tensor]
        /// Values of the answers may be told from the choice.
        let quotes: Bool
        /// `TextMeaning.mark`; nil when the meaning of texts is not known.
        let meaning: String?

        var answers: String { self.live.count == 1 ? "1 answer" : "\(self.live.count) answers" }

        func choice() -> ComparatorChoice {
            if self.datatype == .bytes { return self.textChoice() }
            if self.datatype.isFloatingPoint { return self.numberChoice() }
            return self.make(.labels, because: "\(self.output.form), whole numbers are taken as classes")
        }

        /// The comparator of this kind, set up from the manifest's tolerance or else from the answers.
        func make(_ comparator: ComparisonSettings.Comparator, because why: String) -> ComparatorChoice {
            let tolerance = self.output.tolerance
            switch comparator {
            case .probabilities:
                let tolerance = tolerance ?? self.output.band(for: self.datatype).totalVariation
                return ComparatorChoice(
                    comparator: comparator,
                    method: .probabilities(ProbabilityComparator(tolerance: tolerance)),
                    tolerance: tolerance,
                    why: why
                )
            case .labels:
                return ComparatorChoice(comparator: comparator, method: .labels(LabelComparator()), why: why)
            case .regression:
                return self.regression(why)
            case .vector:
                return self.vector(why)
            case .text:
                return self.text(why)
            case .json:
                return ComparatorChoice(
                    comparator: comparator,
                    method: .json(JSONComparator(tolerance: tolerance ?? 0)),
                    tolerance: tolerance,
                    why: why
                )
            case .exact:
                return ComparatorChoice(comparator: comparator, method: .exact(ExactComparator()), why: why)
            case .ignore:
                return ComparatorChoice(comparator: comparator, method: .ignore, why: why)
            }
        }
    }
}
