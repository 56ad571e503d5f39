package import Comparison
package import ServingCore

extension PairRedactor {
    /// The comparison without what the policy removes: class names, places and values of JSON fields, sentences about
    /// structure. Figures stay. In modes `hash` and `off` all of these become keyed hashes but two: class names that are
    /// whole numbers of an output that is no text, and sentences about structure, which speak of names, datatypes and
    /// shapes alone.
    ///
    /// - Parameter live: tells which outputs are texts.
    package func redacted(_ comparison: PairComparison, live: ModelSignature) -> PairComparison {
        guard self.policy.mode != .full else { return comparison }
        var comparison = comparison
        comparison.outputs = comparison.outputs.map { self.redacted($0, live) }
        comparison.noise = comparison.noise.map { outputs in outputs.map { self.redacted($0, live) } }
        return comparison
    }

    private func redacted(_ output: OutputComparison, _ live: ModelSignature) -> OutputComparison {
        var output = output
        if self.policy.mode == .redacted, self.removed.contains(output.name) {
            output.liveClass = output.liveClass.map { _ in Self.marker }
            output.candidateClass = output.candidateClass.map { _ in Self.marker }
            output.fields = output.fields.map {
                FieldDifference(path: self.place($0.path, in: output.name), kind: $0.kind)
            }
            return output
        }
        let isNumeric = live.outputs.contains { $0.name == output.name && $0.datatype != .bytes }
        output.liveClass = output.liveClass.map { self.redactedClass($0, isNumeric) }
        output.candidateClass = output.candidateClass.map { self.redactedClass($0, isNumeric) }
        output.fields = output.fields.map { self.redacted($0, of: output.name) }
        if self.policy.mode == .redacted { output.structure = output.structure.map { self.redacted($0) } }
        return output
    }

    /// What a class name becomes that belongs to a tensor which is not kept.
    package static let marker = "[redacted]"

    private func redactedClass(_ name: String, _ isNumeric: Bool) -> String {
        if isNumeric, Int64(name) != nil || UInt64(name) != nil { return name }
        return self.redacted(name, isCut: name.mayBeCut)
    }

    private func redacted(_ field: FieldDifference, of output: String) -> FieldDifference {
        var field = field
        let path = field.path
        field.path = self.place(path, in: output)
        guard self.policy.mode == .redacted else {
            field.live = field.live.map { self.redacted($0) }
            field.candidate = field.candidate.map { self.redacted($0) }
            return field
        }
        let place = self.text.hasPaths ? RedactionPath(place: path) : nil
        // A place that cannot be read might be one that the rules name.
        let isUnknown = self.text.hasPaths && place == nil
        let redact = { (value: String) in
            isUnknown ? Self.marker : self.text.redacted(value, isCut: value.mayBeCut, at: place)
        }
        field.live = field.live.map(redact)
        field.candidate = field.candidate.map(redact)
        return field
    }
}
