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
    /// where keys may have been cut, so that what is left of a secret in them could not be found; else the path, searched as
    /// texts are.
    package func place(_ path: String, in output: String) -> String {
        switch self.policy.mode {
        case .full: path
        case .redacted: self.isHidden(path, in: output) ? self.hash.short(path) : self.redacted(path)
        case .hash, .off: self.hash.short(path)
        }
    }

    private func isHidden(_ path: String, in output: String) -> Bool {
        if self.removed.contains(output) { return true }
        // No key in a short path was cut.
        guard self.text.hasPaths || path.mayBeCut else { return false }
        return RedactionPath(place: path).map { self.text.enclose($0) } ?? true
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
    /// Comparators cut what they quote, keys first, at 64 bytes: a text this long may lack its end.
    var mayBeCut: Bool { self.utf8.count >= 60 }
}
