/// The words of a request's text that slices can be told apart by.
package enum RequestWords {
    /// Words of a text that are looked at, and scalars of a word; a longer word is none.
    private static let mostWords = 512
    private static let longest = 32

    /// Distinct words in lower case, in the order in which they first stand there: runs of letters, digits and inner
    /// apostrophes; an ideograph is a word by itself. Linear in the text.
    package static func of(_ text: String) -> [String] {
        var words: [String] = []
        var seen = Set<String>()
        var word = ""
        var length = 0
        let finish = {
            while word.last == "'" { word.removeLast() }
            if !word.isEmpty, length <= Self.longest, seen.insert(word).inserted { words.append(word) }
            word.removeAll(keepingCapacity: true)
            length = 0
        }
        for scalar in text.unicodeScalars {
            guard words.count < Self.mostWords else { return words }
            if !scalar.isASCII, scalar.properties.isIdeographic {
                finish()
                word.unicodeScalars.append(scalar)
                length = 1
                finish()
            } else if Self.isLetter(scalar) || length > 0 && Self.isApostrophe(scalar) {
                length += 1
                if length <= Self.longest { Self.append(scalar, to: &word) }
            } else if length > 0 {
                finish()
            }
        }
        finish()
        return words
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        case _ where scalar.isASCII: false
        default: Self.isLetter(scalar.properties)
        }
    }

    private static func isLetter(_ properties: Unicode.Scalar.Properties) -> Bool {
        properties.isAlphabetic || properties.isDiacritic || properties.numericType == .decimal
    }

    private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == "'" || scalar == "\u{2019}" }

    private static func append(_ scalar: Unicode.Scalar, to word: inout String) {
        switch scalar {
        case "A"..."Z": word.unicodeScalars.append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value) | 0x20))
        case "\u{2019}": word.append("'")
        case _ where scalar.isASCII: word.unicodeScalars.append(scalar)
        default: word += scalar.properties.lowercaseMapping
        }
    }
}
