/// A regular expression as a tree.
indirect enum RedactionPatternNode {
    case set(ScalarSet)
    case sequence([RedactionPatternNode])
    case choice([RedactionPatternNode])
    case repeated(RedactionPatternNode, least: Int, most: Int?, isLazy: Bool)
    case check(RedactionPattern.Assertion)
}

/// Reads the text of a `RedactionPattern`. Nesting is bounded, so its recursion is.
struct RedactionPatternParser {
    private let text: String
    private let scalars: [Unicode.Scalar]
    private var at = 0
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotTakesLineFeed = false

    init(_ text: String) {
        self.text = text
        self.scalars = Array(text.unicodeScalars)
    }

    mutating func parse() throws(RedactionPattern.Problem) -> RedactionPatternNode {
        guard !self.scalars.isEmpty else { throw self.problem("is empty") }
        guard self.scalars.count <= 512 else { throw self.problem("is longer than 512 characters") }
        try self.flags()
        let node = try self.choice()
        guard self.at == self.scalars.count else { throw self.problem("has a ) that closes nothing") }
        return node
    }

    private var next: Unicode.Scalar? { self.at < self.scalars.count ? self.scalars[self.at] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard self.scalars[self.at...].starts(with: text.unicodeScalars) else { return false }
        self.at += text.unicodeScalars.count
        return true
    }

    private mutating func flags() throws(RedactionPattern.Problem) {
        guard self.scalars.count > 2, self.scalars[0] == "(", self.scalars[1] == "?",
            self.scalars[2].properties.isAlphabetic
        else { return }
        self.at = 2
        while let flag = self.next, flag != ")" {
            switch flag {
            case "i": self.ignoresCase = true
            case "m": self.isMultiline = true
            case "s": self.dotTakesLineFeed = true
            default: throw self.problem("has the flag '\(flag)'; known are i, m and s")
            }
            self.at += 1
        }
        guard self.take(")") else { throw self.problem("does not close its flags; write e.g. (?i)") }
    }

    private mutating func choice() throws(RedactionPattern.Problem) -> RedactionPatternNode {
        var branches = [try self.sequence()]
        while self.take("|") { branches.append(try self.sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(RedactionPattern.Problem) -> RedactionPatternNode {
        var nodes: [RedactionPatternNode] = []
        while let next = self.next, next != "|", next != ")" { nodes.append(try self.quantified(try self.atom())) }
        return .sequence(nodes)
    }

    private mutating func quantified(
        _ node: RedactionPatternNode
    ) throws(RedactionPattern.Problem) -> RedactionPatternNode {
        let least: Int
        let most: Int?
        if self.take("*") {
            (least, most) = (0, nil)
        } else if self.take("+") {
            (least, most) = (1, nil)
        } else if self.take("?") {
            (least, most) = (0, 1)
        } else if self.take("{") {
            (least, most) = try self.bounds()
        } else {
            return node
        }
        let isLazy = self.take("?")
        if let next = self.next, "*+?{".unicodeScalars.contains(next) {
            throw self.problem("repeats a repetition with '\(next)'; put the inner one into a group")
        }
        return .repeated(node, least: least, most: most, isLazy: isLazy)
    }

    private mutating func bounds() throws(RedactionPattern.Problem) -> (Int, Int?) {
        let least = self.number()
        var most = least
        if self.take(",") { most = self.next == "}" ? nil : self.number() ?? -1 }
        guard let least, self.take("}"), most.map({ $0 >= least }) ?? true else {
            throw self.problem("has a { that is no repetition; write {2}, {2,} or {2,6}, or \\{ for the character")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        let start = self.at
        while let next = self.next, ("0"..."9").contains(next) { self.at += 1 }
        var digits = String.UnicodeScalarView()
        digits.append(contentsOf: self.scalars[start..<self.at])
        guard let number = Int(String(digits)), number <= RedactionPattern.maxInstructions else { return nil }
        return number
    }

    private mutating func atom() throws(RedactionPattern.Problem) -> RedactionPatternNode {
        let scalar = self.scalars[self.at]
        self.at += 1
        switch scalar {
        case "(": return try self.group()
        case "[": return .set(try self.characterClass())
        case ".": return .set(ScalarSet(allBut: self.dotTakesLineFeed ? [] : ["\n"]))
        case "^": return .check(self.isMultiline ? .lineStart : .textStart)
        case "$": return .check(self.isMultiline ? .lineEnd : .textEnd)
        case "\\":
            if self.take("b") { return .check(.wordBoundary) }
            if self.take("B") { return .check(.noWordBoundary) }
            return .set(self.cased(try self.escape().set))
        case "*", "+", "?", "{": throw self.problem("has nothing before '\(scalar)' to repeat")
        default: return .set(self.cased(ScalarSet(scalar)))
        }
    }

    private mutating func group() throws(RedactionPattern.Problem) -> RedactionPatternNode {
        if self.next == "?", !self.take("?:") {
            throw self.problem("has a group that begins with (?; only (?:...) is known, and flags at the very begin")
        }
        self.depth += 1
        guard self.depth <= 50 else { throw self.problem("has groups nested deeper than 50") }
        let node = try self.choice()
        self.depth -= 1
        guard self.take(")") else { throw self.problem("has a ( that is not closed") }
        return node
    }

    private mutating func characterClass() throws(RedactionPattern.Problem) -> ScalarSet {
        var set = ScalarSet()
        let isInverted = self.take("^")
        var isFirst = true
        while let next = self.next, isFirst || next != "]" {
            isFirst = false
            let (one, lower) = try self.member()
            guard let lower, self.next == "-", self.at + 1 < self.scalars.count, self.scalars[self.at + 1] != "]" else {
                set.formUnion(one)
                continue
            }
            self.at += 1
            guard let upper = try self.member().scalar, lower <= upper else {
                throw self.problem("has a range in [...] that is none; write the smaller character first: [a-z]")
            }
            set.insert(lower.value...upper.value)
        }
        guard self.take("]") else { throw self.problem("has a [ that is not closed") }
        set = self.cased(set)
        if isInverted {
            var inverted = ScalarSet(union: set)
            inverted.invert()
            return inverted
        }
        return set
    }

    private mutating func member() throws(RedactionPattern.Problem) -> (set: ScalarSet, scalar: Unicode.Scalar?) {
        guard let scalar = self.next else { throw self.problem("has a [ that is not closed") }
        self.at += 1
        return scalar == "\\" ? try self.escape() : (ScalarSet(scalar), scalar)
    }

    /// After the backslash; the scalar is nil for classes.
    private mutating func escape() throws(RedactionPattern.Problem) -> (set: ScalarSet, scalar: Unicode.Scalar?) {
        guard let scalar = self.next else { throw self.problem("ends with a lone backslash") }
        self.at += 1
        switch scalar {
        case "d": return (ScalarSet(property: .digit), nil)
        case "D": return (ScalarSet(property: .notDigit), nil)
        case "w": return (ScalarSet(property: .word), nil)
        case "W": return (ScalarSet(property: .notWord), nil)
        case "s": return (ScalarSet(property: .space), nil)
        case "S": return (ScalarSet(property: .notSpace), nil)
        case "n": return Self.one("\n")
        case "r": return Self.one("\r")
        case "t": return Self.one("\t")
        case "f": return Self.one("\u{0C}")
        case "x": return try self.hexadecimal(digits: 2, scalar)
        case "u": return try self.hexadecimal(digits: 4, scalar)
        default:
            guard scalar.isASCII, !("0"..."9").contains(scalar), !scalar.properties.isAlphabetic else {
                throw self.problem("has \\\(scalar), which is not offered")
            }
            return Self.one(scalar)
        }
    }

    private static func one(_ scalar: Unicode.Scalar) -> (set: ScalarSet, scalar: Unicode.Scalar?) {
        (ScalarSet(scalar), scalar)
    }

    /// `\x40`, `\u0040` or either with braces.
    private mutating func hexadecimal(
        digits: Int,
        _ kind: Unicode.Scalar
    ) throws(RedactionPattern.Problem) -> (set: ScalarSet, scalar: Unicode.Scalar?) {
        let isBraced = self.take("{")
        var value: UInt32 = 0
        var count = 0
        while count < (isBraced ? 6 : digits), let next = self.next, let digit = Character(next).hexDigitValue {
            value = value << 4 | UInt32(digit)
            count += 1
            self.at += 1
        }
        let isComplete = isBraced ? count > 0 && self.take("}") : count == digits
        guard isComplete, let scalar = Unicode.Scalar(value) else {
            throw self.problem("has a \\\(kind) without a character's number; write \\x40 or \\u{20AC}")
        }
        return Self.one(scalar)
    }

    private func cased(_ set: ScalarSet) -> ScalarSet {
        guard self.ignoresCase else { return set }
        var set = set
        set.ignoreCase()
        return set
    }

    private func problem(_ what: String) -> RedactionPattern.Problem {
        RedactionPattern.Problem(description: "the pattern '\(self.text)' \(what)")
    }
}
