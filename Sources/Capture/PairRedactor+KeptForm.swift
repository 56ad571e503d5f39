import Comparison
import ServingCore

extension PairRedactor: KeptForm {
    /// False where a tensor's content is not kept either.
    package func keepsValues(of output: String) -> Bool {
        switch self.policy.mode {
        case .full: true
        case .redacted: !self.removed.contains(output)
        case .hash, .off: false
        }
    }

    package func sentence(_ sentence: String) -> String { self.redacted(sentence) }

    /// A keyed hash in modes `hash` and `off`, in an output that a rule removes, inside of what a path rule removes, and
    /// where that cannot be told; else the path, its keys searched as texts are.
    package func place(_ path: String, in output: String) -> String {
        switch self.policy.mode {
        case .full: path
        case .redacted: self.isHidden(path, in: output) ? self.hash.short(path) : self.withRedactedKeys(path)
        case .hash, .off: self.hash.short(path)
        }
    }

    private func isHidden(_ path: String, in output: String) -> Bool {
        if self.removed.contains(output) { return true }
        return self.text.hasPaths && RedactionPath(place: path).map { self.text.enclose($0) } ?? true
    }

    /// A key that was cut ends inside of the path, and what is left of a secret there is found in no whole text.
    private func withRedactedKeys(_ path: String) -> String {
        let path = self.redacted(path, isCut: path.mayBeCut)
        guard path.mayBeCut else { return path }
        let end = "']"
        return path.split(separator: end, omittingEmptySubsequences: false)
            .map { self.redacted(String($0), isCut: $0.utf8.count >= String.shortestCut) }
            .joined(separator: end)
    }
}

extension RedactionPath {
    /// Nil when the place cannot be told from how a comparator writes it: odd quotes, a key that may have been cut.
    init?(place text: String) {
        guard let path = try? RedactionPath(text) else { return nil }
        for step in path.steps {
            if case .key(let key) = step.part, key.mayBeCut { return nil }
        }
        self = path
    }
}

extension String {
    /// Comparators cut what they quote, keys first: at 64 bytes.
    static let shortestCut = 60

    /// A text this long may lack its end.
    var mayBeCut: Bool { self.utf8.count >= Self.shortestCut }
}
