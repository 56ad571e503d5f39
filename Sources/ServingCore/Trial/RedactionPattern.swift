/// A regular expression that runs in time proportional to the text, whatever text a client sends: it is matched by a set
/// of states (Pike's machine), never by trying again. Hence no back references and no looking around.
///
/// Literals, `.`, classes `[a-z_]`, `\d \w \s \D \W \S`, `\b \B ^ $`, groups, `|`, `* + ? {2} {2,} {2,6}` with `?` for lazy,
/// `\n \r \t \f \xHH \u{HHHH}`, and the flags `(?i)`, `(?m)`, `(?s)` at the very begin. The leftmost match counts, of
/// several there the one that the alternatives name first.
package struct RedactionPattern: Sendable {
    /// Why a text is no pattern: one sentence.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    enum Instruction: Sendable {
        /// Takes one scalar of the set with this number.
        case take(Int)
        /// Goes on at both, the first preferred.
        case split(Int, Int)
        case jump(Int)
        case check(Assertion)
        case match
    }

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// Instructions a pattern may take.
    static let maxInstructions = 2_000
    /// Steps of the machine over one text, some 0.1 s; a text that needs more counts as one match.
    static let maxSteps = 20_000_000

    let program: [Instruction]
    let sets: [ScalarSet]
    /// What a match can begin with.
    let first: ScalarSet

    package init(_ text: String) throws(Problem) {
        var parser = RedactionPatternParser(text)
        let node = try parser.parse()
        var compiler = RedactionPatternCompiler(pattern: text)
        try compiler.compile(node)
        self.program = compiler.program + [.match]
        self.sets = compiler.sets
        self.first = Self.first(self.program, self.sets)
    }

    /// Where it matches, ascending, without overlap and without empty matches. All of `bytes` when that would take too long.
    package func matches(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var machine = Machine(pattern: self, bytes: bytes)
        return machine.run()
    }

    /// The union of all sets that can be reached without taking a scalar.
    private static func first(_ program: [Instruction], _ sets: [ScalarSet]) -> ScalarSet {
        var union = ScalarSet()
        var seen = Set<Int>()
        var open = [0]
        while let index = open.popLast() {
            guard seen.insert(index).inserted else { continue }
            switch program[index] {
            case .take(let set): union.formUnion(sets[set])
            case .split(let one, let other): open += [one, other]
            case .jump(let target): open.append(target)
            case .check: open.append(index + 1)
            case .match: break
            }
        }
        return union
    }
}

extension RedactionPattern {
    /// States that wait for the next scalar, in order of preference, each at most once.
    private struct Threads {
        var states: [Int] = []
        /// Where in the text each began.
        var starts: [Int] = []
        private var marks: [Int]
        private var mark = 1

        init(count: Int) {
            self.marks = Array(repeating: 0, count: count)
        }

        mutating func clear() {
            self.states.removeAll(keepingCapacity: true)
            self.starts.removeAll(keepingCapacity: true)
            self.mark += 1
        }

        mutating func insert(_ state: Int) -> Bool {
            guard self.marks[state] != self.mark else { return false }
            self.marks[state] = self.mark
            return true
        }
    }

    private struct Machine {
        let pattern: RedactionPattern
        let bytes: UnsafeBufferPointer<UInt8>
        var steps = 0

        mutating func run() -> [Range<Int>] {
            var found: [Range<Int>] = []
            var current = Threads(count: self.pattern.program.count)
            var next = current
            var at = 0
            while let match = self.firstMatch(from: at, &current, &next) {
                guard self.steps <= RedactionPattern.maxSteps else { break }
                found.append(match)
                at = match.upperBound
            }
            return self.steps <= RedactionPattern.maxSteps ? found : [0..<self.bytes.count]
        }

        /// Also nil when there were too many steps.
        private mutating func firstMatch(
            from start: Int,
            _ current: inout Threads,
            _ next: inout Threads
        ) -> Range<Int>? {
            var best: Range<Int>?
            var at = start
            current.clear()
            while self.steps <= RedactionPattern.maxSteps {
                if current.states.isEmpty {
                    if best != nil { break }
                    while at < self.bytes.count, !self.canStart(self.bytes[at]) { at += 1 }
                    guard at < self.bytes.count else { break }
                }
                if best == nil { self.add(0, at, start: at, to: &current) }
                let read = at < self.bytes.count ? UTF8Scalar.decode(self.bytes, at: at) : nil
                let scalar = read?.scalar ?? "\u{FFFD}"
                let after = at + (read?.width ?? 1)
                next.clear()
                advance: for (state, start) in zip(current.states, current.starts) {
                    self.steps += 1
                    switch self.pattern.program[state] {
                    case .match where at > start:
                        best = start..<at
                        // What follows in the list is less preferred.
                        break advance
                    case .take(let set) where at < self.bytes.count && self.pattern.sets[set].contains(scalar):
                        self.add(state + 1, after, start: start, to: &next)
                    default: break
                    }
                }
                swap(&current, &next)
                guard at < self.bytes.count else { break }
                at = after
            }
            return best
        }

        private func canStart(_ byte: UInt8) -> Bool {
            byte < 0x80 ? self.pattern.first.contains(Unicode.Scalar(byte)) : byte & 0xC0 != 0x80
        }

        /// Follows what takes no scalar. As deep as the program is long at most.
        private mutating func add(_ state: Int, _ at: Int, start: Int, to threads: inout Threads) {
            self.steps += 1
            guard threads.insert(state) else { return }
            switch self.pattern.program[state] {
            case .jump(let target): self.add(target, at, start: start, to: &threads)
            case .split(let one, let other):
                self.add(one, at, start: start, to: &threads)
                self.add(other, at, start: start, to: &threads)
            case .check(let assertion):
                if self.holds(assertion, at) { self.add(state + 1, at, start: start, to: &threads) }
            case .take, .match:
                threads.states.append(state)
                threads.starts.append(start)
            }
        }

        private func holds(_ assertion: Assertion, _ at: Int) -> Bool {
            switch assertion {
            case .textStart: at == 0
            case .textEnd: at == self.bytes.count
            case .lineStart: at == 0 || self.bytes[at - 1] == 0x0A
            case .lineEnd: at == self.bytes.count || self.bytes[at] == 0x0A
            case .wordBoundary: self.isWord(at - 1) != self.isWord(at)
            case .noWordBoundary: self.isWord(at - 1) == self.isWord(at)
            }
        }

        /// Whatever is not ASCII counts as part of a word.
        private func isWord(_ at: Int) -> Bool {
            guard self.bytes.indices.contains(at) else { return false }
            return self.bytes[at] >= 0x80 || ScalarSet.word.contains(Unicode.Scalar(self.bytes[at]))
        }
    }
}
