import Capture
import Comparison
import ServingCore

extension PairDocument {
    /// A stored pair with its outputs side by side and the differing elements marked.
    init(_ summary: CapturedPair.Summary, _ body: PairBody) {
        self.init(summary: summary, mode: body.mode)
        self.inputs = body.inputs.map { TensorDocument($0) }
        var names: [String] = []
        for kept in body.live + body.candidate + (body.noise ?? []) where !names.contains(kept.name) {
            names.append(kept.name)
        }
        self.outputs = names.map { OutputDocument($0, body) }
    }
}

extension PairDocument.OutputDocument {
    fileprivate init(_ name: String, _ body: PairBody) {
        self.init(name: name)
        self.live = body.live.first { $0.name == name }.map { .init($0) }
        self.candidate = body.candidate.first { $0.name == name }.map { .init($0) }
        self.noise = body.noise?.first { $0.name == name }.map { .init($0) }
        self.noiseDivergence = body.comparison.noise?.first { $0.name == name }?.divergence
        if let live = self.live, let candidate = self.candidate {
            let shown = max(live.elements.count, candidate.elements.count)
            self.differing = (0..<shown).filter { index in
                index >= live.elements.count || index >= candidate.elements.count
                    || live.elements[index] != candidate.elements[index]
            }
        }
        guard let comparison = body.comparison.outputs.first(where: { $0.name == name }) else { return }
        self.divergence = comparison.divergence
        self.diverged = comparison.diverged
        if comparison.divergence > 0 { self.sentence = DifferenceSentence.of(comparison) }
        self.fields = comparison.fields
        self.details = comparison.details
    }
}
