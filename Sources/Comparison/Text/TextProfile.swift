/// What the guards look at in one text, gathered in one pass over its bytes. Words are told apart by hashes: none is kept.
struct TextProfile: Sendable {
    /// Words in a group whose repetition is looked at.
    private static let group = 4
    /// Bytes of a text that room is made for at once.
    private static let expected = 65_536

    /// Numbers too.
    private(set) var wordCount = 0
    /// Of the words in lower case, but for those that deny.
    private(set) var words: Set<UInt64> = []
    /// Capitalised words that do not begin a sentence, in lower case.
    private var capitalised: Set<UInt64> = []
    private var capitalisedCount = 0
    /// Words with a digit, an underscore or a capital inside, in lower case.
    private var identifiers: Set<UInt64> = []
    /// How often each number stands in the text, whatever way it is written.
    private(set) var numbers: [UInt64: Int] = [:]
    private(set) var negations = 0
    private var groups: Set<UInt64> = []
    private var groupCount = 0
    private var last: (UInt64, UInt64, UInt64) = (0, 0, 0)

    init(_ text: UnsafeRawBufferPointer) {
        // Half of the words there may be: the sets grow once at most, and hardly ever.
        let words = min(text.count, Self.expected) / 12
        self.words.reserveCapacity(words)
        self.groups.reserveCapacity(words)
        var reader = WordReader(text)
        while let word = reader.next() { self.add(word) }
    }

    private mutating func add(_ word: TextWord) {
        self.wordCount += 1
        if NegationWords.contains(word) {
            self.negations += 1
        } else {
            self.words.insert(word.hash)
            switch word.kind {
            case .number: self.numbers[word.hash, default: 0] += 1
            case .plain: break
            case .capitalised:
                self.capitalised.insert(word.hash)
                self.capitalisedCount += 1
            case .identifier: self.identifiers.insert(word.hash)
            }
        }
        if self.wordCount >= Self.group {
            let (first, second, third) = self.last
            self.groups.insert(Self.mixed(Self.mixed(Self.mixed(first, second), third), word.hash))
            self.groupCount += 1
        }
        self.last = (self.last.1, self.last.2, word.hash)
    }

    private static func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
        (first &* 0x9E37_79B9_7F4A_7C15) ^ (first >> 29) ^ second
    }

    /// More than half of its groups of four words have stood before; of texts with at least twelve words.
    var isLooping: Bool {
        self.wordCount >= 12 && (self.groupCount - self.groups.count) * 2 > self.groupCount
    }

    /// Where a fifth of many words has a capital, as in German or in headlines, capitals do not mark names.
    var names: Set<UInt64> {
        self.wordCount >= 20 && self.capitalisedCount * 5 > self.wordCount
            ? self.identifiers : self.identifiers.union(self.capitalised)
    }
}
