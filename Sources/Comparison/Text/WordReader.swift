import ServingCore

/// Walks the words and numbers of a text. Bytes that are not UTF-8 separate words, and so does everything that is neither
/// a letter nor a digit, but for an apostrophe between letters and for underscores; a possessive `'s` is left out. Each
/// Chinese character and each kana is a word, and so is what numbers the items of a list.
struct WordReader {
    private let text: UnsafeBufferPointer<UInt8>
    private var place = 0
    private var beginsSentence = true
    private var beginsLine = true

    init(_ text: UnsafeRawBufferPointer) { self.text = text.assumingMemoryBound(to: UInt8.self) }

    mutating func next() -> TextWord? {
        while self.place < self.text.count {
            let byte = self.text[self.place]
            if Self.isDigit(byte) { return self.number() }
            if byte > 0x20 { self.beginsLine = false }
            if Self.isASCIILetter(byte) { return self.word() }
            guard byte >= 0x80, let (letter, width) = self.letter(at: self.place) else {
                self.skip(byte)
                continue
            }
            guard !Self.isSpaceless(letter) else {
                var hash = TextHash()
                for offset in 0..<width { hash.add(self.text[self.place + offset]) }
                self.place += width
                self.beginsSentence = false
                return TextWord(hash: hash.value, kind: .plain)
            }
            return self.word()
        }
        return nil
    }

    private mutating func skip(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: "\n"),
            UInt8(ascii: "\r"):
            self.beginsSentence = true
            if byte == UInt8(ascii: "\n") { self.beginsLine = true }
            self.place += 1
        case ..<0x80: self.place += 1
        default:
            let found = UTF8Scalar.decode(self.text, at: self.place)
            // The full stops, exclamation and question marks of East Asian texts.
            if let value = found?.scalar.value, [0x3002, 0xFF01, 0xFF1F].contains(value) { self.beginsSentence = true }
            self.place += found?.width ?? 1
        }
    }

    private mutating func word() -> TextWord {
        var hash = TextHash()
        var (scalars, startsUpper, hasInside, hasLower) = (0, false, false, false)
        // The last three letters, for `n't`.
        var tail: UInt32 = 0
        while self.place < self.text.count {
            let byte = self.text[self.place]
            if Self.isASCIILetter(byte) {
                let isUpper = byte < 0x60
                if scalars == 0 { startsUpper = isUpper }
                if isUpper, hasLower { hasInside = true }
                if !isUpper { hasLower = true }
                hash.add(byte | 0x20)
                tail = tail << 8 | UInt32(byte | 0x20)
                self.place += 1
            } else if Self.isDigit(byte) || byte == UInt8(ascii: "_") {
                hasInside = true
                hash.add(byte)
                tail = 0
                self.place += 1
            } else if let width = self.apostrophe(at: self.place), self.isLetter(at: self.place + width) {
                if self.isPossessive(at: self.place + width) {
                    self.place += width + 1
                    break
                }
                hash.add(UInt8(ascii: "'"))
                tail = tail << 8 | UInt32(UInt8(ascii: "'"))
                self.place += width
            } else if byte >= 0x80, let (letter, width) = self.letter(at: self.place), !Self.isSpaceless(letter) {
                let isUpper = letter.properties.isUppercase
                if scalars == 0 { startsUpper = isUpper }
                if isUpper, hasLower { hasInside = true }
                if !isUpper { hasLower = true }
                if isUpper {
                    for byte in letter.properties.lowercaseMapping.utf8 { hash.add(byte) }
                } else {
                    for offset in 0..<width { hash.add(self.text[self.place + offset]) }
                }
                tail = 0
                self.place += width
            } else {
                break
            }
            scalars += 1
        }
        let isName = startsUpper && !self.beginsSentence && scalars > 1 && !Pronoun.contains(hash.value)
        self.beginsSentence = false
        return TextWord(
            hash: hash.value,
            kind: hasInside ? .identifier : isName ? .capitalised : .plain,
            isContractedNot: tail & 0xFF_FFFF == Self.contractedNot
        )
    }

    private mutating func number() -> TextWord {
        let isNegative = NumberText.hasSign(self.text, before: self.place)
        let end = NumberText.end(self.text, from: self.place)
        let part = UnsafeBufferPointer(rebasing: self.text[self.place..<end])
        let used = NumberText.used(part)
        let isItem = self.beginsLine && used <= 2 && self.isItem(at: self.place + used)
        self.place += used
        self.beginsSentence = isItem
        self.beginsLine = false
        return TextWord(
            hash: NumberText.hash(UnsafeBufferPointer(rebasing: part[..<used]), isNegative: isNegative),
            kind: isItem ? .plain : .number
        )
    }

    /// A point or a parenthesis, a space and more on the line: what stands before them numbers an item.
    private func isItem(at place: Int) -> Bool {
        guard place + 2 < self.text.count else { return false }
        return [UInt8(ascii: "."), UInt8(ascii: ")")].contains(self.text[place])
            && self.text[place + 1] == UInt8(ascii: " ") && self.text[place + 2] > 0x20
    }

    /// An `s` that ends a word.
    private func isPossessive(at place: Int) -> Bool {
        self.text[place] | 0x20 == UInt8(ascii: "s") && !self.isLetter(at: place + 1)
    }

    /// `n't`.
    private static let contractedNot = UInt32(0x6E_2774)

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private func isLetter(at place: Int) -> Bool {
        guard place < self.text.count else { return false }
        return Self.isASCIILetter(self.text[place]) || self.text[place] >= 0x80 && self.letter(at: place) != nil
    }

    /// One that is not ASCII; digits and marks of other scripts are letters too.
    private func letter(at place: Int) -> (Unicode.Scalar, Int)? {
        guard let (scalar, width) = UTF8Scalar.decode(self.text, at: place) else { return nil }
        let properties = scalar.properties
        if properties.isAlphabetic || properties.numericType != nil { return (scalar, width) }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark: return (scalar, width)
        default: return nil
        }
    }

    private func apostrophe(at place: Int) -> Int? {
        if self.text[place] == UInt8(ascii: "'") { return 1 }
        guard place + 2 < self.text.count, self.text[place] == 0xE2, self.text[place + 1] == 0x80,
            self.text[place + 2] == 0x99
        else { return nil }
        return 3
    }

    private static func isSpaceless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2E80...0x2FDF, 0x3005...0x30FF, 0x31F0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0xFF66...0xFF9D, 0x20000...0x3FFFF:
            true
        default: false
        }
    }
}

/// `I` and what is contracted with it: always a capital, never a name.
private enum Pronoun {
    private static let hashes: Set<UInt64> = [
        TextHash.of("i'm"), TextHash.of("i've"), TextHash.of("i'd"), TextHash.of("i'll"),
    ]

    static func contains(_ hash: UInt64) -> Bool { Self.hashes.contains(hash) }
}
