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
            #expect(embedder.embed(row) == [0, 0, 0])
        }
        #expect(embedder.embed([1, 2]) == [0, 0, 0])
        #expect(embedder.embed([1, 6, 3]) != [0, 0, 0])
    }

    @Test func `a far outlier is cut, not all there is to see`() throws {
        let embedder = try #require(TensorEmbedder(fitting: Self.rows))
        let vector = embedder.embed([.greatestFiniteMagnitude, 6, 3])
        #expect(vector[0] > 0 && vector[0] < 1 && vector[1] > 0)
    }
}
