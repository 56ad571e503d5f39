import Foundation
import SemanticSearch
import Testing

/// The table that is shipped, against what numpy makes of it, written by `Tests/oracles/static.py fixture`.
struct StaticEmbedderFixtureTests {
    private struct Case: Decodable {
        let text: String
        let vector: [Float]
    }

    @Test func `twenty texts have the vectors of the reference`() throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/static-en", withExtension: "json"))
        let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        let embedder = try StaticEmbedderSample.shipped
        let dimension = embedder.identity.dimension
        #expect(cases.count == 20)
        let vectors = embedder.embed(cases.map(\.text))
        for (row, one) in cases.enumerated() {
            let vector = Array(vectors[row * dimension..<(row + 1) * dimension])
            if one.vector.allSatisfy({ $0 == 0 }) {
                #expect(vector == one.vector, "\(one.text.prefix(40))")
            } else {
                #expect(Self.cosine(vector, one.vector) > 0.99999, "\(one.text.prefix(40))")
                #expect(abs(Self.cosine(vector, vector) - 1) < 1e-6)
            }
        }
        #expect(cases.contains { $0.vector.allSatisfy { $0 == 0 } })
    }

    @Test func `texts of like meaning are closer than others`() throws {
        let embedder = try StaticEmbedderSample.shipped
        let dimension = embedder.identity.dimension
        let vectors = embedder.embed([
            "The movie was wonderful.", "A great film!", "The battery lasts two hours.", "The Senate votes on taxes.",
        ])
        let rows = (0..<4).map { Array(vectors[$0 * dimension..<($0 + 1) * dimension]) }
        for other in rows[2...] { #expect(Self.cosine(rows[0], rows[1]) > Self.cosine(rows[0], other) + 0.2) }
    }

    /// Of unit vectors.
    private static func cosine(_ first: [Float], _ second: [Float]) -> Double {
        zip(first, second).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
