import SemanticSearch
import Testing

/// Collections large enough for cells.
struct VectorCellsTests {
    private static let count = 21_000

    private static func maintain(_ index: VectorIndex) {
        var pieces = 0
        while index.maintain(), pieces < 1_000 { pieces += 1 }
        #expect(pieces > 0 && pieces < 1_000)
    }

    private static func recall(
        _ index: VectorIndex,
        _ vectors: [[Float]],
        _ queries: [[Float]],
        _ allowed: RowSet? = nil,
        count: Int = 10
    ) -> Double {
        let found = queries.map { index.search($0, count: count, allowed: allowed) }
        let expected = queries.map { query in
            IndexSamples.nearest(count, to: query, in: vectors) {
                index.contains(UInt32($0)) && allowed?.contains(UInt32($0)) ?? true
            }
        }
        #expect(zip(found, expected).allSatisfy { $0.count == $1.count })
        return IndexSamples.recall(found, expected)
    }

    @Test func `cells find what a plain search finds, filtered or not, also after half was removed`() {
        var samples = IndexSamples(dimension: 24, centres: 300)
        let vectors = samples.vectors(Self.count)
        let index = samples.index(vectors)
        Self.maintain(index)
        #expect(!index.maintain())
        let queries = samples.vectors(20)
        #expect(Self.recall(index, vectors, queries) >= 0.99)
        #expect(Self.recall(index, vectors, queries, count: 60) >= 0.99)
        for every in [2, 10, 100, 1_000] {
            var allowed = RowSet()
            for key in stride(from: UInt32(0), to: UInt32(Self.count), by: every) { allowed.insert(key) }
            #expect(Self.recall(index, vectors, queries, allowed) >= 0.99)
        }
        for key in stride(from: UInt32(0), to: UInt32(Self.count), by: 2) { index.remove(key: key) }
        #expect(Self.recall(index, vectors, queries) >= 0.99)
        let before = index.bytes
        Self.maintain(index)
        #expect(index.count == Self.count / 2 && index.bytes < before * 2 / 3)
        #expect(Self.recall(index, vectors, queries) >= 0.99)
    }

    @Test func `a query far from all that is stored finds what a plain search finds`() {
        var samples = IndexSamples(dimension: 24, centres: 300)
        let vectors = samples.vectors(Self.count)
        let index = samples.index(vectors)
        Self.maintain(index)
        var others = IndexSamples(dimension: 24, centres: 0, seed: 9)
        #expect(Self.recall(index, vectors, others.vectors(50)) >= 0.99)
    }

    @Test func `cells find as much when the collection has grown, before they are trained again`() {
        var samples = IndexSamples(dimension: 24, centres: 300)
        let vectors = samples.vectors(60_000)
        let index = samples.index(Array(vectors[..<Self.count]))
        Self.maintain(index)
        for key in Self.count..<vectors.count { index.append(key: UInt32(key), vector: vectors[key]) }
        Self.maintain(index)
        #expect(Self.recall(index, vectors, samples.vectors(20)) >= 0.99)
    }

    @Test func `a filter that leaves out what is near the query loses nothing`() {
        // Topic by key, so that filters can be about meaning.
        var topics = (0..<12).map { IndexSamples(dimension: 64, centres: 1, seed: UInt64($0) + 1) }
        let vectors = (0..<Self.count).map { topics[$0 % 12].vector() }
        let index = topics[0].index(vectors)
        Self.maintain(index)
        let queries = topics[5].vectors(10)
        let filters: [(UInt32) -> Bool] = [
            { $0 % 12 != 5 }, { $0 % 12 != 5 || $0 % 100 == 5 }, { 6...8 ~= $0 % 12 || $0 % 100 == 5 },
        ]
        for isAllowed in filters {
            var allowed = RowSet()
            for key in 0..<UInt32(Self.count) where isAllowed(key) { allowed.insert(key) }
            #expect(Self.recall(index, vectors, queries, allowed) >= 0.99)
        }
    }

    @Test func `the same vectors and seed give the same cells, saved or not`() throws {
        var samples = IndexSamples(dimension: 8, centres: 300)
        let vectors = samples.vectors(Self.count)
        let (one, other) = (samples.index(vectors), samples.index(vectors))
        Self.maintain(one)
        Self.maintain(other)
        let folder = try TemporaryFolder()
        one.remove(key: 100)
        other.remove(key: 100)
        try one.save(to: folder.path, mark: "m")
        let (loaded, problems) = VectorIndex.load(from: folder.path, identity: samples.identity, seed: 1, mark: "m")
        #expect(problems.isEmpty)
        for query in samples.vectors(20) {
            let found = one.search(query, count: 10, allowed: nil)
            #expect(found == other.search(query, count: 10, allowed: nil))
            #expect(found == loaded.search(query, count: 10, allowed: nil))
        }
    }

    @Test func `without the file of cells all vectors are there, and cells are trained again`() throws {
        var samples = IndexSamples(dimension: 8, centres: 300)
        let vectors = samples.vectors(Self.count)
        let index = samples.index(vectors)
        Self.maintain(index)
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let cells = try #require(
            folder.names.filter { $0.hasPrefix("vectors-") }.min { folder.bytes($0).count < folder.bytes($1).count }
        )
        folder.write([1], cells)
        let (loaded, problems) = VectorIndex.load(from: folder.path, identity: samples.identity, seed: 1, mark: "m")
        #expect(problems.count == 1 && loaded.keys == index.keys)
        #expect(loaded.keys.allSatisfy { loaded.vector(of: $0) == index.vector(of: $0) })
        Self.maintain(loaded)
        #expect(Self.recall(loaded, vectors, samples.vectors(10)) >= 0.99)
    }

    @Test func `vectors alike to the last bit do no harm`() {
        let samples = IndexSamples(dimension: 8, centres: 0)
        let index = samples.index(Array(repeating: [1, 2, 3, 4, 5, 6, 7, 8], count: Self.count))
        Self.maintain(index)
        let found = index.search([1, 2, 3, 4, 5, 6, 7, 8], count: 3, allowed: nil)
        #expect(found.map { $0.key } == [0, 1, 2])
    }

    @Test(arguments: [false, true])
    func `what is removed while its chunk is copied stays removed`(isSaved: Bool) async throws {
        var samples = IndexSamples(dimension: 64, centres: 0)
        let index = samples.index(samples.vectors(8_300))
        let folder = try TemporaryFolder()
        let path = folder.path
        // A quarter is gone: compaction is due, and a save writes a copy.
        for key in 0..<UInt32(2_100) { index.remove(key: key) }
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for key in UInt32(2_100)..<8_000 { index.remove(key: key) } }
            group.addTask {
                repeat {
                    if isSaved { try index.save(to: path, mark: "m") } else { _ = index.maintain() }
                } while index.count > 300
            }
        }
        while index.maintain() {}
        let expected = (UInt32(8_000)..<8_300).map { $0 }
        #expect(index.keys == expected)
        try index.save(to: folder.path, mark: "m")
        let (loaded, problems) = VectorIndex.load(from: folder.path, identity: samples.identity, seed: 1, mark: "m")
        #expect(problems.isEmpty && loaded.keys == expected)
    }

    @Test func `searches, appends, removals and background work go on at the same time`() async {
        var samples = IndexSamples(dimension: 8, centres: 100)
        let vectors = samples.vectors(30_000)
        let index = samples.index(Array(vectors[..<Self.count]))
        let queries = samples.vectors(200)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for key in Self.count..<vectors.count {
                    index.append(key: UInt32(key), vector: vectors[key])
                    index.remove(key: UInt32(key - Self.count))
                }
            }
            group.addTask { while index.maintain() {} }
            for part in 0..<2 {
                group.addTask {
                    for query in queries[part * 100..<(part + 1) * 100] {
                        let found = index.search(query, count: 5, allowed: nil)
                        #expect(found.count == 5)
                        for neighbour in found {
                            let cosine = IndexSamples.cosine(query, vectors[Int(neighbour.key)])
                            #expect(abs(Double(neighbour.similarity) - cosine) < 1e-3)
                        }
                    }
                }
            }
        }
        while index.maintain() {}
        #expect(index.keys == (UInt32(vectors.count - Self.count)..<UInt32(vectors.count)).map { $0 })
    }
}
