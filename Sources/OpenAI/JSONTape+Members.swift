internal import OpenInference

extension JSONTape {
    /// Keys and where their values stand, of the object at `index`; nothing if that is no object.
    func members(_ index: Int) -> Members {
        Members(tape: self, words: self.kind(index) == .object ? self.contents(index) : 0..<0)
    }

    /// Where the items of the list at `index` stand; nothing if that is no list.
    func items(_ index: Int) -> Items {
        Items(tape: self, words: self.kind(index) == .array ? self.contents(index) : 0..<0)
    }

    struct Members: Sequence, IteratorProtocol {
        let tape: JSONTape
        var words: Range<Int>

        mutating func next() -> (key: UnsafeBufferPointer<UInt8>, value: Int)? {
            guard let at = self.words.first, let key = self.tape.string(at) else { return nil }
            let value = at + 1
            self.words = Swift.min(self.tape.after(value), self.words.upperBound)..<self.words.upperBound
            return (key, value)
        }
    }

    struct Items: Sequence, IteratorProtocol {
        let tape: JSONTape
        var words: Range<Int>

        mutating func next() -> Int? {
            guard let at = self.words.first else { return nil }
            self.words = Swift.min(self.tape.after(at), self.words.upperBound)..<self.words.upperBound
            return at
        }
    }

    func text(_ index: Int) -> String? {
        self.string(index).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The whole number at `index`, also one written as `3.0`; those beyond 63 bits count as the largest.
    func whole(_ index: Int) -> Int? {
        switch self.kind(index) {
        case .int64: Int(truncatingIfNeeded: self.word(index + 1))
        case .uint64: Int(clamping: self.word(index + 1))
        case .double: Int(exactly: Double(bitPattern: self.word(index + 1)))
        default: nil
        }
    }

    /// Nothing, or what clients and servers write for nothing.
    func isAbsent(_ index: Int?) -> Bool {
        index.map { self.kind($0) == .null } ?? true
    }
}
