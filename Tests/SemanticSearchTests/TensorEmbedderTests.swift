import SemanticSearch
import Testing

struct TensorEmbedderTests {
    private static let rows = (0..<100).map { [Float($0), Float($0 % 7), 3] }

    @Test(arguments: [Float.nan, .infinity, -.infinity]) func `a row with a number that is none has no vector`(
        value: Float
    ) throws {
        let embedder = try #require(TensorEmbedder(fitting: Self.rows))
        for place in 0..<3 {
            var row: [Float] = [50, 3, 3]
            row[place] = value
            #expect(embedder.embed(row) == [0, 0, 0, 0])
        }
        #expect(embedder.embed([1, 2]) == [0, 0, 0, 0])
        #expect(embedder.embed([1, 6, 3]) != [0, 0, 0, 0])
    }

    @Test func `of two probabilities a vector tells how far they are from the usual, not the side alone`() throws {
        let rows = (0...100).map { [Float($0) / 100, 1 - Float($0) / 100] }
        let embedder = try #require(TensorEmbedder(fitting: rows))
        let vectors = [0.51, 0.75, 0.99, 0.01].map { embedder.embed([Float($0), Float(1 - $0)]) }
        let cosines = vectors.map { other in zip(vectors[0], other).reduce(Float(0)) { $0 + $1.0 * $1.1 } }
        #expect(cosines[0] > cosines[1] && cosines[1] > cosines[2] && cosines[2] > cosines[3])
        #expect(abs(cosines[0] - 1) < 1e-5)
    }

    @Test func `a far outlier is cut, not all there is to see`() throws {
        let embedder = try #require(TensorEmbedder(fitting: Self.rows))
        let vector = embedder.embed([.greatestFiniteMagnitude, 6, 3])
        #expect(vector[0] > 0 && vector[0] < 1 && vector[1] > 0)
    }
}
