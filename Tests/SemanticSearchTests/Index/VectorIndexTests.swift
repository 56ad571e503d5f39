import SemanticSearch
import Testing

struct VectorIndexTests {
    @Test(arguments: [1, 3, 64, 100, 384])
    func `finds what a plain search finds`(dimension: Int) {
        var samples = IndexSamples(dimension: dimension, centres: 20)
        let vectors = samples.vectors(700)
        let index = samples.index(vectors)
        #expect(index.count == 700)
        for query in samples.vectors(20) {
            let found = index.search(query, count: 10, allowed: nil)
            let expected = IndexSamples.nearest(10, to: query, in: vectors)
            #expect(found.count == 10)
            for (neighbour, key) in zip(found, expected) {
                let cosine = IndexSamples.cosine(query, vectors[Int(key)])
                #expect(abs(Double(neighbour.similarity) - cosine) < 2e-4)
            }
        }
    }

    @Test func `a stored vector comes back at unit length`() throws {
        var samples = IndexSamples(dimension: 384, centres: 0)
        let vectors = samples.vectors(50)
        let index = samples.index(vectors)
        for (key, vector) in vectors.enumerated() {
            let stored = try #require(index.vector(of: UInt32(key)))
            #expect(stored.count == 384)
            #expect(IndexSamples.cosine(stored, vector) > 0.999_999_9)
            #expect(abs(stored.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        #expect(index.vector(of: 50) == nil)
    }

    @Test func `equal similarities are ordered by key`() {
        let samples = IndexSamples(dimension: 8, centres: 0)
        let index = samples.index(Array(repeating: [1, 2, 3, 4, 5, 6, 7, 8], count: 200))
        let found = index.search([1, 2, 3, 4, 5, 6, 7, 8], count: 5, allowed: nil)
        #expect(found.map { $0.key } == [0, 1, 2, 3, 4])
        #expect(found.allSatisfy { $0.similarity > 0.999_999 && $0.similarity <= 1 })
    }

    @Test func `keys must ascend`() {
        let samples = IndexSamples(dimension: 2, centres: 0)
        let index = VectorIndex(identity: samples.identity, seed: 1)
        #expect(index.append(key: 7, vector: [1, 0]))
        #expect(!index.append(key: 7, vector: [0, 1]))
        #expect(!index.append(key: 3, vector: [0, 1]))
        #expect(index.append(key: .max, vector: [0, 1]))
        #expect(!index.append(key: .max, vector: [0, 1]))
        #expect(index.keys == [7, .max] && index.nextKey == nil)
    }

    @Test func `a removed key is not taken again`() {
        let samples = IndexSamples(dimension: 2, centres: 0)
        let index = samples.index([[1, 0], [0, 1]])
        index.remove(key: 1)
        #expect(!index.append(key: 1, vector: [1, 1]))
        #expect(index.keys == [0] && index.nextKey == 2)
    }

    @Test(
        arguments: [
            [], [1], [1, 2, 3, 4, 5], [0, 0, 0, 0], [-0.0, 0, 0, 0], [.nan, 1, 1, 1], [1, 1, 1, .nan],
            [.infinity, 1, 1, 1],
            [1, -.infinity, .nan, 1],
        ] as [[Float]]
    )
    func `a vector without a direction or of another length is neither stored nor matched`(vector: [Float]) {
        let samples = IndexSamples(dimension: 4, centres: 0)
        let index = samples.index([[1, 2, 3, 4]])
        #expect(!index.append(key: 9, vector: vector))
        #expect(index.count == 1 && !index.contains(9))
        #expect(index.search(vector, count: 3, allowed: nil).isEmpty)
        #expect(index.append(key: 1, vector: [4, 3, 2, 1]))
    }

    @Test(arguments: [Float.greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-20, 1e20])
    func `the length of a vector does not matter`(length: Float) {
        let samples = IndexSamples(dimension: 3, centres: 0)
        let index = samples.index([[length, 0, 0], [0, length, length], [0, 0, -length]])
        let found = index.search([0, length, length], count: 3, allowed: nil)
        #expect(found.map { $0.key } == [1, 0, 2])
        #expect(abs(found[0].similarity - 1) < 1e-5 && abs(found[2].similarity + 0.707_106_8) < 1e-5)
    }

    @Test func `any count is answered with what there is`() {
        let samples = IndexSamples(dimension: 2, centres: 0)
        let empty = VectorIndex(identity: samples.identity, seed: 1)
        #expect(empty.search([1, 0], count: 10, allowed: nil).isEmpty)
        #expect(empty.keys.isEmpty && empty.count == 0 && !empty.contains(0) && !empty.maintain())
        let index = samples.index([[1, 0], [1, 1], [0, 1]])
        for count in [0, -1, .min] { #expect(index.search([1, 0], count: count, allowed: nil).isEmpty) }
        for count in [3, 4, 1_000_000, .max] {
            #expect(index.search([1, 0], count: count, allowed: nil).map { $0.key } == [0, 1, 2])
        }
    }

    @Test(arguments: [0, -1, 4_097, .max, .min])
    func `an embedder of an odd dimension has an index that stores nothing`(dimension: Int) throws {
        let identity = EmbedderIdentity(name: "odd", digest: "0123456789abcdef", dimension: dimension)
        let index = VectorIndex(identity: identity, seed: 1)
        #expect(!index.append(key: 0, vector: [1]))
        #expect(!index.append(key: 0, vector: []))
        #expect(index.search([1], count: 1, allowed: nil).isEmpty)
        #expect(index.search([], count: 1, allowed: nil).isEmpty)
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        #expect(VectorIndex.load(from: folder.path, identity: identity, seed: 1, mark: "m").index.count == 0)
    }

    @Test func `removed vectors are gone from everything`() {
        var samples = IndexSamples(dimension: 16, centres: 5)
        let vectors = samples.vectors(500)
        let index = samples.index(vectors)
        for key in stride(from: UInt32(0), to: 500, by: 3) { index.remove(key: key) }
        index.remove(key: 0)
        index.remove(key: 9_999)
        #expect(index.count == 333 && index.keys.count == 333)
        #expect(!index.contains(3) && index.contains(4) && index.vector(of: 3) == nil)
        for query in samples.vectors(10) {
            let found = index.search(query, count: 5, allowed: nil)
            #expect(found.map { $0.key } == IndexSamples.nearest(5, to: query, in: vectors) { $0 % 3 != 0 })
        }
    }

    @Test func `a filter is answered with the best of those allowed`() {
        var samples = IndexSamples(dimension: 16, centres: 5)
        let vectors = samples.vectors(500)
        let index = samples.index(vectors)
        for every in [1, 2, 7, 100] {
            var allowed = RowSet()
            for key in stride(from: UInt32(0), to: 600, by: every) { allowed.insert(key) }
            let query = samples.vector()
            let found = index.search(query, count: 5, allowed: allowed)
            #expect(found.map { $0.key } == IndexSamples.nearest(5, to: query, in: vectors) { $0 % every == 0 })
        }
        #expect(index.search(vectors[0], count: 5, allowed: RowSet()).isEmpty)
    }
}
