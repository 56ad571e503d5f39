import ServingCore

/// Parts UTF-8 text into words as BERT's uncased models were trained on them, and looks each up as soon as it ends.
///
/// Order of the steps, which matters: remove controls, white space ends a word, ideographs stand alone, decompose, remove
/// marks, sort those that stay, lower case, punctuation stands alone.
struct WordScanner: ~Copyable {
    /// A longer word is `[UNK]`, whatever it is made of.
    private static let longestWord = 100
    /// Room for a word; one more scalar tells that it is too long.
    static let wordCapacity = 4 * (Self.longestWord + 1)

    private let vocabulary: WordPieceVocabulary
    private let limit: Int
    /// The word so far, in lower case.
    private let word: UnsafeMutableBufferPointer<UInt8>
    private var bytes = 0
    private var scalars = 0
    /// Marks that follow each other, until something else does.
    private var marks: [(order: UInt8, scalar: Unicode.Scalar)] = []
    private(set) var ids: [Int32]

    /// - Parameters:
    ///   - word: `wordCapacity` bytes to work in.
    ///   - ids: appended to until they are `limit`.
    init(
        vocabulary: WordPieceVocabulary,
        word: UnsafeMutableBufferPointer<UInt8>,
        ids: consuming [Int32],
        limit: Int
    ) {
        self.vocabulary = vocabulary
        self.word = word
        self.ids = ids
        self.limit = limit
    }

    /// Reads `text` until its end or until `limit` is reached. Bytes that are not UTF-8 are removed.
    mutating func scan(_ text: UnsafeBufferPointer<UInt8>) {
        var at = 0
        while at < text.count, self.ids.count < self.limit {
            let byte = text[at]
            if byte < 0x80 {
                at += 1
                self.take(ascii: byte)
            } else if let (scalar, width) = UTF8Scalar.decode(text, at: at) {
                at += width
                self.take(scalar)
            } else {
                at += 1
            }
        }
        if self.ids.count < self.limit { self.endWord() }
        if self.ids.count > self.limit { self.ids.removeLast(self.ids.count - self.limit) }
    }

    private mutating func take(ascii byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            if !self.marks.isEmpty { self.placeMarks() }
            self.append(ascii: byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            if !self.marks.isEmpty { self.placeMarks() }
            self.append(ascii: byte | 0x20)
        case 0x20, 0x09, 0x0A, 0x0D: self.endWord()
        case 0x00..<0x20, 0x7F: break
        default:
            self.endWord()
            self.append(ascii: byte)
            self.endWord()
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        switch ScalarForm.kind(of: scalar) {
        case .removed: return
        case .space: return self.endWord()
        case .settled, .other: break
        }
        let isIdeograph = ScalarForm.isIdeograph(scalar)
        if isIdeograph { self.endWord() }
        CanonicalDecomposition.shared.forEach(of: scalar) { part in self.take(decomposed: part) }
        if isIdeograph { self.endWord() }
    }

    private mutating func take(decomposed scalar: Unicode.Scalar) {
        if scalar.isASCII { return self.take(ascii: UInt8(truncatingIfNeeded: scalar.value)) }
        if case .settled = ScalarForm.kind(of: scalar) {
            if !self.marks.isEmpty { self.placeMarks() }
            return self.append(scalar)
        }
        let order = ScalarForm.combiningClass(of: scalar)
        if order == 0, !self.marks.isEmpty { self.placeMarks() }
        if ScalarForm.isNonspacingMark(scalar) { return }
        if ScalarForm.isPunctuation(scalar) {
            self.endWord()
            self.append(scalar)
            return self.endWord()
        }
        for lower in scalar.properties.lowercaseMapping.unicodeScalars {
            if order == 0 {
                self.append(lower)
            } else if self.marks.count <= Self.longestWord {
                // A word of so many is too long in any order.
                self.marks.append((order, lower))
            }
        }
    }

    /// Sorts the marks by class and leaves those of one class in the order they came in.
    private mutating func placeMarks() {
        for (_, scalar) in self.marks.sorted(by: { $0.order < $1.order }) { self.append(scalar) }
        self.marks.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        guard self.scalars <= Self.longestWord else { return }
        self.scalars += 1
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            self.word[self.bytes] = byte
            self.bytes += 1
        }
    }

    private mutating func append(ascii byte: UInt8) {
        guard self.scalars <= Self.longestWord else { return }
        self.scalars += 1
        self.word[self.bytes] = byte
        self.bytes += 1
    }

    private mutating func endWord() {
        if !self.marks.isEmpty { self.placeMarks() }
        guard self.bytes > 0 else { return }
        if self.scalars > Self.longestWord {
            self.ids.append(self.vocabulary.unknown)
        } else {
            self.vocabulary.appendPieces(of: UnsafeBufferPointer(rebasing: self.word[..<self.bytes]), to: &self.ids)
        }
        (self.bytes, self.scalars) = (0, 0)
    }
}
