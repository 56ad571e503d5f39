import ServingCore

/// What somebody looks for, as an expression of SQLite's full-text search in which nothing they wrote is syntax.
struct WordQuery: Sendable {
    /// Of what was written, this much is looked at.
    private static let mostBytes = 4_096
    private static let mostPhrases = 32
    /// With fewer letters very many words begin.
    private static let leastPrefix = 2

    /// Words, and phrases in quotes, each with a letter or a digit.
    private var phrases: [String] = []
    private var lastMayGoOn = false

    init(_ query: String) {
        var phrase = String.UnicodeScalarView()
        var isQuoted = false
        // Cut within a scalar, its bytes become a sign that is no part of a word.
        for scalar in String(decoding: query.utf8.prefix(Self.mostBytes), as: UTF8.self).unicodeScalars {
            if scalar == "\"" {
                self.add(phrase, isQuoted)
                phrase = .init()
                isQuoted.toggle()
            } else if scalar.value == 0 || !isQuoted && scalar.properties.isWhitespace {
                if isQuoted { phrase.append(" ") } else { self.add(phrase, false) }
                if !isQuoted { phrase = .init() }
            } else {
                phrase.append(scalar)
            }
        }
        self.add(phrase, isQuoted)
    }

    /// Nil when there is no word to look for.
    func expression(in fields: Set<WordField>) -> String? {
        guard !self.phrases.isEmpty, !fields.isEmpty else { return nil }
        let all = self.phrases.map { "\"\($0)\"" }.joined(separator: " ") + (self.lastMayGoOn ? " *" : "")
        return WordField.allCases.filter(fields.contains)
            .map { "({\($0.rawValue)} : (\(all)))" }
            .joined(separator: " OR ")
    }

    private mutating func add(_ phrase: String.UnicodeScalarView, _ isQuoted: Bool) {
        let letters = phrase.count(where: Self.isInWord)
        guard letters > 0, self.phrases.count < Self.mostPhrases else { return }
        self.phrases.append(String(phrase))
        self.lastMayGoOn = !isQuoted && letters >= Self.leastPrefix
    }

    /// As the tokenizer `unicode61` sees it.
    private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }
}
