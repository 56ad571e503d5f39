import ServingCore

/// What a comparator has learned, as it is saved and shown. A comparator that continues from it goes on as the one it is of.
package struct ComparatorState: Sendable, Codable {
    var outputs: [ComparedOutput]
    /// Outputs that only the candidate has.
    private let extra: [OutputPlan]
    var isChosen = false

    init(live: ModelSignature, candidate: ModelSignature, settings: ComparisonSettings) {
        self.outputs = live.outputs.map { spec in
            let other = candidate.outputs.first { $0.name == spec.name }
            return ComparedOutput(DeclaredOutput(spec, candidate: other, setting: settings.outputs[spec.name]))
        }
        self.extra = candidate.outputs.filter { spec in !live.outputs.contains { $0.name == spec.name } }.map { spec in
            OutputPlan(
                name: spec.name,
                datatype: spec.datatype.description,
                comparator: .ignore,
                tolerance: nil,
                why: "only the candidate has this output, so there is nothing to compare it with",
                override: ""
            )
        }
    }

    /// Of models without outputs.
    package static var empty: ComparatorState {
        let nothing = ModelSignature(inputs: [], outputs: [])
        return ComparatorState(live: nothing, candidate: nothing, settings: ComparisonSettings())
    }

    /// Whether those of its outputs that are compared as free text are compared by this measure.
    ///
    /// - Parameter meaning: `TextMeaning.mark`; nil: by letters.
    package func fits(meaning: String?) -> Bool { self.outputs.allSatisfy { $0.fits(meaning: meaning) } }

    /// Empty until chosen. Outputs no answer has had yet are left out; those that only the candidate has come last.
    package var plan: [OutputPlan] {
        self.isChosen ? self.outputs.compactMap(\.plan) + self.extra : []
    }
}
