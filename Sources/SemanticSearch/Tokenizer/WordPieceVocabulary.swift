/// The tokens of a `vocab.txt`: those that begin a word, and those that continue one (`##ing`).
struct WordPieceVocabulary: Sendable {
    private static let wordRoot: UInt32 = 0
    private static let continuationRoot: UInt32 = 1

    let count: Int
    let unknown: Int32
    let start: Int32
    let end: Int32
    /// The token that fills up short rows of a batch; 0 when the vocabulary names none.
    let padding: Int32
    private let trie: ByteTrie

    /// - Parameter bytes: one token a line, numbered from 0; of equal lines the last counts, as in the reference.
    init(_ bytes: [UInt8]) throws(VocabularyError) {
        guard bytes.count <= ByteTrie.byteLimit else {
            throw VocabularyError("the vocabulary is longer than \(ByteTrie.byteLimit >> 20) MB")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw VocabularyError("the vocabulary is not UTF-8")
        }
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }

        var trie = ByteTrie(roots: 2, bytes: bytes.count)
        var special: [String: Int32] = [:]
        for (index, var line) in lines.enumerated() {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            guard !line.isEmpty else { continue }
            // The file's length bounds the number of its lines.
            let token = Int32(truncatingIfNeeded: index)
            if line.first == UInt8(ascii: "["), line.last == UInt8(ascii: "]") {
                special[String(decoding: line, as: UTF8.self)] = token
            }
            if line.count > 2, line.starts(with: "##".utf8) {
                trie.insert(line.dropFirst(2), root: Self.continuationRoot, token: token)
            } else {
                trie.insert(line, root: Self.wordRoot, token: token)
            }
        }
        guard let unknown = special["[UNK]"], let start = special["[CLS]"], let end = special["[SEP]"] else {
            let missing = ["[UNK]", "[CLS]", "[SEP]"].filter { special[$0] == nil }.joined(separator: ", ")
            throw VocabularyError("the vocabulary lacks \(missing)")
        }
        self.count = lines.count
        self.unknown = unknown
        self.start = start
        self.end = end
        self.padding = special["[PAD]"] ?? 0
        self.trie = trie
    }

    /// Appends the longest token the word begins with, then the longest the rest continues with, and so on; a single
    /// `[UNK]` when a rest continues with none.
    func appendPieces(of word: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        let first = ids.count
        var position = 0
        while position < word.count {
            let root = position == 0 ? Self.wordRoot : Self.continuationRoot
            guard let piece = self.trie.longestMatch(in: word, from: position, root: root) else {
                ids.removeLast(ids.count - first)
                ids.append(self.unknown)
                return
            }
            ids.append(piece.token)
            position = piece.end
        }
    }
}
