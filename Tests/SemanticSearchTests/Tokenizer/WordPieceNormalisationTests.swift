import Foundation
import SemanticSearch
import Testing

/// Words as PyPI's `tokenizers` parts and normalises them, written by `Tests/oracles/tokenizer.py fixture`. With a
/// vocabulary of their scalars the ids tell each of them, and their order.
struct WordPieceNormalisationTests {
    private struct Case: Decodable {
        let text: String
        let words: [[Unicode.Scalar]]

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            self.text = try fields.decode(String.self)
            self.words = try fields.decode([String].self).map { Array($0.unicodeScalars) }
        }
    }

    @Test func `marks and rare scalars become those of the reference, in the same order`() throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/tokenizer_words", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        #expect(cases.count > 500)

        let scalars = Set(cases.flatMap { $0.words.flatMap { $0 } }).sorted()
        let tokens = ["[UNK]", "[CLS]", "[SEP]"] + scalars.map { "\($0)" } + scalars.map { "##\($0)" }
        let tokenizer = try WordPieceTokenizer(vocabulary: Array(tokens.joined(separator: "\n").utf8))
        let places = Dictionary(uniqueKeysWithValues: zip(scalars, scalars.indices))

        var ids: [Int32] = []
        for one in cases {
            let expected = one.words.flatMap { word in
                word.enumerated().map { index, scalar in (places[scalar] ?? 0) + (index == 0 ? 0 : scalars.count) + 3 }
            }
            ids.removeAll(keepingCapacity: true)
            tokenizer.encode(one.text, limit: .max, into: &ids)
            #expect(ids.map { Int($0) } == expected, "\(one.text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }
}
