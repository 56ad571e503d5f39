import SemanticSearch
import Testing

struct WordPieceVocabularyTests {
    private func error(_ vocabulary: [UInt8]) -> String? {
        do {
            _ = try WordPieceTokenizer(vocabulary: vocabulary)
            return nil
        } catch {
            return error.description
        }
    }

    private func ids(_ text: String, vocabulary: String) throws -> [Int32] {
        var ids: [Int32] = []
        try WordPieceTokenizer(vocabulary: Array(vocabulary.utf8)).encode(text, limit: 100, into: &ids)
        return ids
    }

    @Test func `the error names the special tokens that are missing`() {
        #expect(self.error([]) == "the vocabulary lacks [UNK], [CLS], [SEP]")
        #expect(self.error(Array("[UNK]\na\n[SEP]".utf8)) == "the vocabulary lacks [CLS]")
    }

    @Test func `a vocabulary that is not UTF-8 is refused`() {
        #expect(self.error(Array("[UNK]\n[CLS]\n[SEP]\n".utf8) + [0xFF]) == "the vocabulary is not UTF-8")
    }

    @Test func `a vocabulary of more than 8 MB is refused`() {
        let bytes = [UInt8](repeating: 0x61, count: 1 << 23 | 1)
        #expect(self.error(bytes) == "the vocabulary is longer than 8 MB")
    }

    @Test func `lines may end in CRLF`() throws {
        #expect(try self.ids("a b", vocabulary: "[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\nb\r\n") == [3, 4])
    }

    @Test func `empty lines count`() throws {
        #expect(try self.ids("a", vocabulary: "[UNK]\n\n[CLS]\n[SEP]\n\na") == [5])
    }

    @Test func `of equal lines the last counts`() throws {
        #expect(try self.ids("a", vocabulary: "[UNK]\na\n[CLS]\n[SEP]\na\n") == [4])
    }

    @Test func `number signs alone are a token, not the mark of a continuation`() throws {
        #expect(try self.ids("#", vocabulary: "[UNK]\n[CLS]\n[SEP]\n#\n##\n") == [3])
    }

    @Test func `count, padding and digest are those of the file`() throws {
        let tokenizer = try WordPieceTokenizer(vocabulary: Array("[UNK]\n[CLS]\n[SEP]\n[PAD]\na\n".utf8))
        #expect(tokenizer.count == 5)
        #expect(tokenizer.padding == 3)
        #expect(try MiniLM.tokenizer.count == 30_522)
        #expect(try MiniLM.tokenizer.digest == "07eced375cec144d")
    }
}
