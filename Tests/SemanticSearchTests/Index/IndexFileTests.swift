import SemanticSearch
import Testing

struct IndexFileTests {
    private static func load(_ folder: TemporaryFolder, _ samples: IndexSamples, mark: String = "m") -> (
        index: VectorIndex, problems: [String]
    ) {
        VectorIndex.load(from: folder.path, identity: samples.identity, seed: 1, mark: mark)
    }

    /// Every vector that is there is the one that was stored under its key.
    private static func isRight(_ index: VectorIndex, _ original: VectorIndex) -> Bool {
        index.keys.allSatisfy { index.vector(of: $0) == original.vector(of: $0) }
    }

    @Test func `what was saved is loaded`() throws {
        var samples = IndexSamples(dimension: 5, centres: 3)
        let index = samples.index(samples.vectors(300))
        index.remove(key: 17)
        let folder = try TemporaryFolder()
        try index.save(to: folder.path + "/deep/er", mark: "m")
        let (loaded, problems) = VectorIndex.load(
            from: folder.path + "/deep/er",
            identity: samples.identity,
            seed: 1,
            mark: "m"
        )
        try #require(problems.isEmpty)
        #expect(loaded.keys == index.keys && Self.isRight(loaded, index))
        let query = samples.vector()
        #expect(loaded.search(query, count: 20, allowed: nil) == index.search(query, count: 20, allowed: nil))
        #expect(!loaded.append(key: 299, vector: query) && loaded.append(key: 300, vector: query))
    }

    @Test func `a missing folder is an empty index`() throws {
        let samples = IndexSamples(dimension: 5, centres: 3)
        let folder = try TemporaryFolder()
        let (index, problems) = VectorIndex.load(
            from: folder.path + "/none",
            identity: samples.identity,
            seed: 1,
            mark: "m"
        )
        #expect(index.count == 0 && problems.isEmpty)
    }

    @Test func `files of another mark, embedder or dimension are left out`() throws {
        var samples = IndexSamples(dimension: 5, centres: 3)
        let folder = try TemporaryFolder()
        try samples.index(samples.vectors(10)).save(to: folder.path, mark: "m")
        for mark in ["", "n", "mm", String(repeating: "m", count: 5_000)] {
            let (index, problems) = Self.load(folder, samples, mark: mark)
            #expect(index.count == 0 && problems.count == 1)
        }
        for dimension in [4, 6] {
            let (index, problems) = Self.load(folder, IndexSamples(dimension: dimension, centres: 0))
            #expect(index.count == 0 && problems.count == 1)
        }
        let other = EmbedderIdentity(name: "test", digest: "fedcba9876543210", dimension: 5)
        let (index, problems) = VectorIndex.load(from: folder.path, identity: other, seed: 1, mark: "m")
        #expect(index.count == 0 && problems.count == 1)
        #expect(Self.load(folder, samples).index.count == 10)
    }

    @Test func `a flipped byte anywhere never gives a wrong vector`() throws {
        var samples = IndexSamples(dimension: 5, centres: 3)
        let index = samples.index(samples.vectors(6))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        for name in folder.names {
            let bytes = folder.bytes(name)
            for place in bytes.indices {
                var damaged = bytes
                damaged[place] ^= UInt8(1 << (place % 8))
                folder.write(damaged, name)
                let (loaded, problems) = Self.load(folder, samples)
                #expect(!problems.isEmpty && loaded.count == 0, "\(name), byte \(place)")
            }
            folder.write(bytes, name)
        }
        #expect(Self.load(folder, samples).index.keys == index.keys)
    }

    @Test func `a file cut off anywhere or with bytes too many never gives a wrong vector`() throws {
        var samples = IndexSamples(dimension: 5, centres: 3)
        let index = samples.index(samples.vectors(6))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        for name in folder.names {
            let bytes = folder.bytes(name)
            for length in bytes.indices {
                folder.write(Array(bytes[..<length]), name)
                let (loaded, problems) = Self.load(folder, samples)
                #expect(!problems.isEmpty && loaded.count == 0, "\(name), \(length) bytes")
            }
            folder.write(bytes + [0], name)
            #expect(!Self.load(folder, samples).problems.isEmpty)
            folder.write(bytes, name)
        }
    }

    @Test func `damage in a block costs only the vectors of its file`() throws {
        var samples = IndexSamples(dimension: 64, centres: 3)
        let index = samples.index(samples.vectors(20_000))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let names = folder.names.filter { $0.hasPrefix("vectors-") }
        #expect(names.count == 3)
        for name in names {
            let bytes = folder.bytes(name)
            for place in stride(from: 100, to: bytes.count, by: 131_080) {
                var damaged = bytes
                damaged[place] ^= 0x10
                folder.write(damaged, name)
                let (loaded, problems) = Self.load(folder, samples)
                #expect(problems.count == 1 && loaded.count >= 20_000 - 8_192 && loaded.count < 20_000)
                #expect(Self.isRight(loaded, index))
            }
            folder.write(bytes, name)
        }
    }

    @Test func `files that changed places are left out`() throws {
        var samples = IndexSamples(dimension: 4, centres: 3)
        let index = samples.index(samples.vectors(17_000))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let names = folder.names.filter { $0.hasPrefix("vectors-") }
        let (first, second) = (folder.bytes(names[0]), folder.bytes(names[1]))
        folder.write(first, names[1])
        folder.write(second, names[0])
        let (loaded, problems) = Self.load(folder, samples)
        #expect(problems.count == 2 && loaded.count == 17_000 - 2 * 8_192 && Self.isRight(loaded, index))
    }

    @Test func `half-made and forgotten files are ignored and cleared away`() throws {
        var samples = IndexSamples(dimension: 5, centres: 3)
        let index = samples.index(samples.vectors(10))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let names = folder.names
        folder.write([1, 2, 3], "manifest.partial")
        folder.write([1, 2, 3], "vectors-77.partial")
        folder.write(folder.bytes(names[1]), "vectors-99")
        folder.write([4], "notes")
        let (loaded, problems) = Self.load(folder, samples)
        #expect(problems.isEmpty && loaded.keys == index.keys)
        #expect(folder.names == (names + ["vectors-99", "notes"]).sorted())
        try loaded.save(to: folder.path, mark: "m")
        #expect(folder.names == (names + ["notes"]).sorted())
    }

    @Test func `a save writes only what changed`() throws {
        var samples = IndexSamples(dimension: 4, centres: 3)
        let index = samples.index(samples.vectors(17_000))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let before = folder.names
        try index.save(to: folder.path, mark: "m")
        #expect(folder.names == before)
        index.append(key: 17_000, vector: samples.vector())
        try index.save(to: folder.path, mark: "m")
        #expect(Set(before).subtracting(folder.names).count == 1)
        let (loaded, _) = Self.load(folder, samples)
        try loaded.save(to: folder.path, mark: "m")
        #expect(loaded.keys == index.keys)
    }

    @Test func `a save that ended before its last file leaves the one before`() throws {
        var samples = IndexSamples(dimension: 4, centres: 3)
        let index = samples.index(samples.vectors(9_000))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let (keys, before) = (index.keys, folder.names.map { ($0, folder.bytes($0)) })
        index.remove(key: 5)
        index.append(key: 9_000, vector: samples.vector())
        try index.save(to: folder.path, mark: "m")
        // Files that a save no longer needs go after its manifest.
        for (name, bytes) in before { folder.write(bytes, name) }
        let (loaded, problems) = Self.load(folder, samples)
        #expect(problems.isEmpty && loaded.keys == keys)
        try loaded.save(to: folder.path, mark: "m")
        #expect(folder.names == before.map { $0.0 })
    }

    @Test func `after a save removed vectors are in no file`() throws {
        var samples = IndexSamples(dimension: 64, centres: 3)
        let index = samples.index(samples.vectors(9_000))
        let folder = try TemporaryFolder()
        try index.save(to: folder.path, mark: "m")
        let removed: [UInt32] = [5, 4_000, 8_500]
        let codes = removed.map { Self.codes(index.vector(of: $0) ?? []) }
        #expect(codes.allSatisfy { Self.isAnywhere($0, in: folder) })
        for key in removed { index.remove(key: key) }
        try index.save(to: folder.path, mark: "m")
        #expect(codes.allSatisfy { !Self.isAnywhere($0, in: folder) })
        #expect(Self.load(folder, samples).index.keys == index.keys)
    }

    /// Upper bytes as they are stored.
    private static func codes(_ vector: [Float]) -> [UInt8] {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        return vector.map {
            UInt8(128 + Int((($0 / largest * 32_512).rounded() / 256).rounded(.toNearestOrAwayFromZero)))
        }
    }

    /// The first dozen columns are enough to tell.
    private static func isAnywhere(_ codes: [UInt8], in folder: TemporaryFolder) -> Bool {
        let wanted = codes.prefix(12)
        return folder.names.contains { name in
            let bytes = folder.bytes(name)
            return bytes.indices.dropLast(12).contains { bytes[$0] == codes[0] && bytes[$0..<$0 + 12] == wanted }
        }
    }

    @Test func `a folder that cannot be made is an error`() throws {
        let samples = IndexSamples(dimension: 5, centres: 3)
        let folder = try TemporaryFolder()
        folder.write([1], "file")
        #expect(throws: IndexFileError.self) { try samples.index([]).save(to: folder.path + "/file", mark: "m") }
        #expect(throws: IndexFileError.self) { try samples.index([]).save(to: folder.path + "/file/below", mark: "m") }
        #expect(throws: IndexFileError.self) {
            try samples.index([]).save(to: folder.path, mark: String(repeating: "m", count: 4_097))
        }
    }
}
