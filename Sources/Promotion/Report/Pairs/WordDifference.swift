/// Two texts word by word: which words only one of them has.
struct WordDifference: Equatable {
    /// A run of text that is in both, or in one alone.
    struct Run: Equatable {
        var text: String
        var differs: Bool
    }

    let live: [Run]
    let candidate: [Run]

    /// Words that are looked at between the first and the last difference; what is beyond differs as a whole.
    private static let limit = 400
    /// Equal words and signs that are kept around the differences.
    private static let context = 24
    private static let textLimit = 4_000

    init(_ live: String, _ candidate: String) {
        let (left, right) = (Self.words(live), Self.words(candidate))
        let shortest = min(left.count, right.count)
        let head = zip(left, right).prefix { $0 == $1 }.count
        let tail = zip(left.reversed(), right.reversed()).prefix(shortest - head).prefix { $0 == $1 }.count
        let (mine, theirs) = (left[head..<left.count - tail], right[head..<right.count - tail])
        let (before, after) = (Self.start(left[..<head]), Self.end(left[(left.count - tail)...]))
        var (removed, added) = (Set(mine.indices), Set(theirs.indices))
        if mine.count <= Self.limit, theirs.count <= Self.limit {
            (removed, added) = ([], [])
            for change in Array(theirs).difference(from: Array(mine)) {
                switch change {
                case .remove(let offset, _, _): removed.insert(head + offset)
                case .insert(let offset, _, _): added.insert(head + offset)
                }
            }
        }
        self.live = before + Self.runs(mine, removed) + after
        self.candidate = before + Self.runs(theirs, added) + after
    }

    private static func runs(_ words: ArraySlice<String>, _ differing: Set<Int>) -> [Run] {
        var runs: [Run] = []
        for (index, word) in zip(words.indices, words) {
            let differs = differing.contains(index)
            if let last = runs.last, last.differs == differs {
                runs[runs.count - 1].text += word
            } else {
                runs.append(Run(text: word, differs: differs))
            }
        }
        return runs
    }

    private static func start(_ words: ArraySlice<String>) -> [Run] {
        guard !words.isEmpty else { return [] }
        let shown = words.suffix(self.context).joined()
        return [Run(text: words.count > self.context ? "…\(shown)" : shown, differs: false)]
    }

    private static func end(_ words: ArraySlice<String>) -> [Run] {
        guard !words.isEmpty else { return [] }
        let shown = words.prefix(self.context).joined()
        return [Run(text: words.count > self.context ? "\(shown)…" : shown, differs: false)]
    }

    /// Letters and digits in a row, or one other character. Scripts that write no spaces are taken character by character.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var isOpen = false
        for character in PlainText.cut(text, self.textLimit) {
            let joins =
                (character.isLetter || character.isNumber) && !(character.unicodeScalars.first?.isDense ?? false)
            if joins, isOpen {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            isOpen = joins
        }
        return words
    }
}

extension Unicode.Scalar {
    /// Of Chinese or Japanese.
    fileprivate var isDense: Bool { (0x2E80...0xA4CF).contains(self.value) || (0xF900...0xFAFF).contains(self.value) }
}
