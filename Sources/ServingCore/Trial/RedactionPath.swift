/// A place, or many alike, inside JSON texts: `$.user.name`, `$.items[*].note`, `$['odd key'][0]`, `$..email` for any depth.
/// Parsed once; following it costs no allocation.
package struct RedactionPath: Sendable, Equatable {
    /// Which members of a list or an object one step leads to.
    package enum Part: Sendable, Equatable {
        case key(String)
        case index(Int)
        /// Every member: `[*]` and `.*`.
        case all
    }

    package struct Step: Sendable, Equatable {
        package let part: Part
        /// `..`: at this depth or any below.
        package let isRecursive: Bool
    }

    /// Why a text is no path: one sentence that says what would be one.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// At most 32.
    package let steps: [Step]

    package init(_ text: String) throws(Problem) {
        var parser = Parser(text)
        self.steps = try parser.steps()
        guard self.steps.count <= 32 else {
            throw Problem(description: "'\(text)' has \(self.steps.count) steps; a path has at most 32")
        }
    }

    /// How far a reader of JSON has come along a path, in all possible ways at once: bit `n` says that `n` steps are done.
    package typealias Progress = UInt64

    /// At the root of a text.
    package static let start: Progress = 1

    /// True when this very place is one the path leads to.
    package func isComplete(_ progress: Progress) -> Bool {
        progress >> UInt64(self.steps.count) & 1 == 1
    }

    /// Into the member of an object with this key, as UTF-8 without escapes.
    package func progress(_ progress: Progress, into key: some Sequence<UInt8>) -> Progress {
        self.advance(progress) { part in
            switch part {
            case .key(let name): name.utf8.elementsEqual(key)
            case .index: false
            case .all: true
            }
        }
    }

    /// Into a member of a list; nil for whichever there is, as in paths that say `[*]`.
    package func progress(_ progress: Progress, into index: Int?) -> Progress {
        self.advance(progress) { part in
            switch part {
            case .key: false
            case .index(let wanted): index == nil || index == wanted
            case .all: true
            }
        }
    }

    /// Along another path from the root; `[*]` in it stands for whichever index or key there is.
    package func progress(along other: RedactionPath) -> Progress {
        self.progress(along: other.steps)
    }

    /// True when what this path leads to holds the other's place, and is not that place itself.
    package func encloses(_ other: RedactionPath) -> Bool {
        !other.steps.isEmpty && self.isComplete(self.progress(along: other.steps.dropLast()))
    }

    private func progress(along steps: some Sequence<Step>) -> Progress {
        var progress = Self.start
        for step in steps where !self.isComplete(progress) {
            switch step.part {
            case .key(let name): progress = self.progress(progress, into: name.utf8)
            case .index(let index): progress = self.progress(progress, into: index)
            case .all: progress = self.progress(progress, into: nil)
            }
        }
        return progress
    }

    private func advance(_ progress: Progress, _ matches: (Part) -> Bool) -> Progress {
        var next: Progress = 0
        for (index, step) in self.steps.enumerated() where progress >> UInt64(index) & 1 == 1 {
            if step.isRecursive { next |= 1 << UInt64(index) }
            if matches(step.part) { next |= 1 << UInt64(index + 1) }
        }
        return next
    }
}

extension RedactionPath {
    private struct Parser {
        let text: String
        private var rest: Substring.UnicodeScalarView

        init(_ text: String) {
            self.text = text
            self.rest = text[...].unicodeScalars
        }

        mutating func steps() throws(Problem) -> [Step] {
            guard self.rest.popFirst() == "$" else { throw self.problem("begins with $") }
            var steps: [Step] = []
            while let first = self.rest.popFirst() {
                var isRecursive = false
                if first == ".", self.rest.first == "." {
                    self.rest.removeFirst()
                    isRecursive = true
                }
                let isBracket = first == "[" || (isRecursive && self.rest.first == "[")
                if isBracket, isRecursive { self.rest.removeFirst() }
                guard isBracket || first == "." else { throw self.problem("has . or [ between its steps") }
                let part = isBracket ? try self.bracket() : try self.name()
                steps.append(Step(part: part, isRecursive: isRecursive))
            }
            return steps
        }

        private mutating func name() throws(Problem) -> Part {
            let name = self.rest.prefix { !".[]'\"".unicodeScalars.contains($0) && !$0.properties.isWhitespace }
            self.rest.removeFirst(name.count)
            guard !name.isEmpty else { throw self.problem("has a name after each .") }
            return name.elementsEqual("*".unicodeScalars) ? .all : .key(String(name))
        }

        private mutating func bracket() throws(Problem) -> Part {
            if let quote = self.rest.first, quote == "'" || quote == "\"" {
                self.rest.removeFirst()
                let name = self.rest.prefix { $0 != quote }
                self.rest.removeFirst(name.count)
                guard self.rest.popFirst() == quote, self.rest.popFirst() == "]" else {
                    throw self.problem("closes what it opens: ['name']")
                }
                return .key(String(name))
            }
            let content = self.rest.prefix { $0 != "]" }
            self.rest.removeFirst(content.count)
            guard self.rest.popFirst() == "]" else { throw self.problem("closes what it opens: [0], [*] or ['name']") }
            if content.elementsEqual("*".unicodeScalars) { return .all }
            guard let index = Int(String(content)), index >= 0, content.first != "+" else {
                throw self.problem("has a number, * or a name in quotes in brackets: [0], [*] or ['name']")
            }
            return .index(index)
        }

        private func problem(_ rule: String) -> Problem {
            Problem(description: "'\(self.text)' is no path; one \(rule), e.g. $.user.name or $.items[*].note")
        }
    }
}
