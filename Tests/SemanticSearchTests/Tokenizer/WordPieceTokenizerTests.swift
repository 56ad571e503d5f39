import SemanticSearch
import Testing

struct WordPieceTokenizerTests {
    /// Ids are line numbers, from 0.
    private static let vocabulary = """
        [PAD]
        [UNK]
        [CLS]
        [SEP]
        un
        aff
        ##aff
        ##able
        unaffordable
        .
        [
        sep
        ]
        e
        ##x
        中
        """

    private let tokenizer: WordPieceTokenizer

    init() throws {
        self.tokenizer = try WordPieceTokenizer(vocabulary: Array(Self.vocabulary.utf8))
    }

    private func ids(_ text: String, limit: Int = 100) -> [Int32] {
        var ids: [Int32] = []
        self.tokenizer.encode(text, limit: limit, into: &ids)
        return ids
    }

    @Test func `each step takes the longest token that fits`() {
        #expect(self.ids("Unaffable unaffordable.") == [4, 6, 7, 8, 9])
    }

    @Test func `a word whose rest fits no token is unknown as a whole`() {
        #expect(self.ids("unaffably un") == [1, 4])
    }

    @Test func `a literal special token is text`() {
        #expect(self.ids("[SEP]") == [10, 11, 12])
    }

    @Test func `accents go, ideographs stand alone`() {
        #expect(self.ids("É\u{301}中ex") == [13, 15, 13, 14])
    }

    @Test(arguments: ["", "  \t\r\n", "\u{0}\u{7F}\u{200D}\u{FEFF}\u{FFFD}", "\u{301}\u{302}", "\u{2028}\u{3000}"])
    func `a text of white space, controls and accents has no ids`(text: String) {
        #expect(self.ids(text).isEmpty)
    }

    @Test func `bytes that are not UTF-8 are removed`() {
        let text = String(decoding: [0x75, 0xFF, 0x6E, 0xE2, 0x82, 0x20, 0xC0, 0x80, 0x2E], as: UTF8.self)
        #expect(self.ids(text) == [4, 9])
    }

    @Test func `the limit counts what is appended and cuts inside a word`() {
        var ids: [Int32] = [77]
        self.tokenizer.encode("un unaffable", limit: 3, into: &ids)
        #expect(ids == [77, 4, 4, 6])
        self.tokenizer.encode("un", limit: 0, into: &ids)
        self.tokenizer.encode("un", limit: -1, into: &ids)
        #expect(ids == [77, 4, 4, 6])
        self.tokenizer.encode("un.", limit: .max, into: &ids)
        #expect(ids == [77, 4, 4, 6, 4, 9])
    }

    @Test func `a word that turns out unknown does not count its pieces`() {
        #expect(self.ids("unaffably un . un", limit: 2) == [1, 4])
    }

    @Test(arguments: [Int.min, 0, 1, 2]) func `special tokens are there however small the maximum`(maximum: Int) {
        var ids: [Int32] = []
        self.tokenizer.encodeWithSpecials("un un un", maximum: maximum, into: &ids)
        #expect(ids == [2, 3])
    }

    @Test func `the maximum includes the special tokens`() {
        var ids: [Int32] = []
        self.tokenizer.encodeWithSpecials("un un un", maximum: 4, into: &ids)
        #expect(ids == [2, 4, 4, 3])
    }

    @Test func `words of more than 100 scalars are unknown, counted as they are after decomposition`() {
        let hundred = "e" + String(repeating: "x", count: 99)
        #expect(self.ids(hundred).count == 100)
        #expect(self.ids(hundred + "x") == [1])
        #expect(self.ids(hundred.replacing("e", with: "e\u{301}\u{302}")).count == 100)
        #expect(self.ids(String(repeating: "\u{AC01}", count: 34) + " un") == [1, 4])
    }

    @Test(arguments: ["x", "\u{1D165}\u{302E}", "\u{301}e", "한", "\u{0}x"])
    func `a word of a megabyte is one unknown token`(part: String) {
        let word = String(repeating: part, count: (1 << 20) / part.utf8.count)
        #expect(self.ids("un " + word + " un") == [4, 1, 4])
    }

    @Test func `a text of a megabyte has as many ids as the limit`() {
        let text = String(repeating: "unaffable. ", count: 100_000)
        let cycle: [Int32] = [4, 6, 7, 9]
        #expect(self.ids(text, limit: 254) == (0..<254).map { cycle[$0 % 4] })
    }

    /// Reading all of it each time would be 20 GB.
    @Test(.timeLimit(.minutes(1))) func `nothing is read behind the word that reaches the limit`() {
        let text = String(repeating: "unaffable. ", count: 100_000)
        var found = 0
        for _ in 0..<20_000 { found += self.ids(text, limit: 8).count }
        #expect(found == 8 * 20_000)
    }
}
