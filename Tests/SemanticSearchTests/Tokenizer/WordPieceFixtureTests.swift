import Foundation
import SemanticSearch
import Testing

/// Strings and what PyPI's `tokenizers` makes of them, written by `Tests/oracles/tokenizer.py fixture`.
struct WordPieceFixtureTests {
    private struct Case: Decodable {
        let text: String
        let ids: [Int32]

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            self.text = try fields.decode(String.self)
            self.ids = try fields.decode([Int32].self)
        }
    }

    @Test func `two thousand hard strings have the ids of the reference`() throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/tokenizer", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        let tokenizer = try MiniLM.tokenizer
        #expect(cases.count > 2_000)
        var ids: [Int32] = []
        for one in cases {
            ids.removeAll(keepingCapacity: true)
            tokenizer.encodeWithSpecials(one.text, into: &ids)
            #expect(ids == one.ids, "\(one.text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }
}
