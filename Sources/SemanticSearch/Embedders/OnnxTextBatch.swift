/// Texts as ids, one behind the other, with the order in which they run: short ones together, so that little is padded.
struct OnnxTextBatch {
    private(set) var ids: [Int32] = []
    /// The ids of text number n are `ids[bounds[n]..<bounds[n + 1]]`; none for a text without a token.
    private var bounds = [0]

    var count: Int { self.bounds.count - 1 }

    init(_ texts: [String], prefix: String, tokenizer: WordPieceTokenizer, maximumTokens: Int) {
        var probe: [Int32] = []
        for text in texts {
            tokenizer.encode(text, limit: 1, into: &probe)
            if !probe.isEmpty {
                tokenizer.encodeWithSpecials(
                    prefix.isEmpty ? text : prefix + text,
                    maximum: maximumTokens,
                    into: &self.ids
                )
                probe.removeAll(keepingCapacity: true)
            }
            self.bounds.append(self.ids.count)
        }
    }

    func ids(of text: Int) -> ArraySlice<Int32> { self.ids[self.bounds[text]..<self.bounds[text + 1]] }

    func length(of text: Int) -> Int { self.bounds[text + 1] - self.bounds[text] }

    /// The numbers of all texts that have tokens, the shortest first, in groups that take `tokens` ids at most when each
    /// text is as long as the longest of its group; a longer text is a group of its own.
    func groups(tokens: Int) -> [ArraySlice<Int>] {
        let order = (0..<self.count).filter { self.length(of: $0) > 0 }
            .sorted { (self.length(of: $0), $0) < (self.length(of: $1), $1) }
        var groups: [ArraySlice<Int>] = []
        var start = 0
        for end in order.indices where (end + 1 - start) * self.length(of: order[end]) > tokens && end > start {
            groups.append(order[start..<end])
            start = end
        }
        if start < order.count { groups.append(order[start...]) }
        return groups
    }
}
