import Glibc
import SemanticSearch
import TestSupport

/// Vectors around some centres, and the plain way to search them.
struct IndexSamples {
    let dimension: Int
    var random: SeededRandom
    private var centres: [[Float]] = []

    init(dimension: Int, centres: Int, seed: UInt64 = 1) {
        self.dimension = dimension
        self.random = SeededRandom(seed: seed)
        for _ in 0..<centres { self.centres.append(self.noise()) }
    }

    var identity: EmbedderIdentity {
        EmbedderIdentity(name: "test", digest: "0123456789abcdef", dimension: self.dimension)
    }

    private mutating func noise() -> [Float] {
        (0..<self.dimension).map { _ in
            (0..<4).reduce(0) { sum, _ in sum + Float.random(in: -1...1, using: &self.random) }
        }
    }

    mutating func vector() -> [Float] {
        let noise = self.noise()
        guard let centre = self.centres.randomElement(using: &self.random) else { return noise }
        return zip(centre, noise).map { 2 * $0 + $1 }
    }

    mutating func vectors(_ count: Int) -> [[Float]] { (0..<count).map { _ in self.vector() } }

    func index(_ vectors: [[Float]]) -> VectorIndex {
        let index = VectorIndex(identity: self.identity, seed: 1)
        for (key, vector) in vectors.enumerated() { index.append(key: UInt32(key), vector: vector) }
        return index
    }

    static func cosine(_ one: [Float], _ other: [Float]) -> Double {
        var (dot, left, right) = (0.0, 0.0, 0.0)
        for (a, b) in zip(one, other) {
            dot += Double(a) * Double(b)
            left += Double(a) * Double(a)
            right += Double(b) * Double(b)
        }
        return dot / (left * right).squareRoot()
    }

    /// Keys of the `count` nearest by doubles, best first.
    static func nearest(
        _ count: Int,
        to query: [Float],
        in vectors: [[Float]],
        where isWanted: (Int) -> Bool = { _ in true }
    )
        -> [UInt32]
    {
        let scored = vectors.indices.filter(isWanted).map { (key: UInt32($0), cosine: Self.cosine(query, vectors[$0])) }
        return scored.sorted { ($1.cosine, $0.key) < ($0.cosine, $1.key) }.prefix(count).map { $0.key }
    }

    /// A share of the expected ones.
    static func recall(_ found: [[Neighbour]], _ expected: [[UInt32]]) -> Double {
        let hits = zip(found, expected).reduce(0) { $0 + Set($1.0.map { $0.key }).intersection($1.1).count }
        return Double(hits) / Double(expected.reduce(0) { $0 + $1.count })
    }
}

/// A folder of its own that goes with it.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/teal-index-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw IndexFileError(operation: "mkdtemp", path: "/tmp", code: errno) }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var names: [String] {
        guard let stream = opendir(self.path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func bytes(_ name: String) -> [UInt8] { AtomicFile.read(self.path + "/" + name, limit: .max) ?? [] }

    /// Not atomic: damage is what tests write.
    func write(_ bytes: [UInt8], _ name: String) {
        let file = open(self.path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(file) }
        _ = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    }

    deinit { Self.removeAll(self.path) }

    private static func removeAll(_ folder: String) {
        for file in FileTree.files(folder) { unlink(file) }
        for inner in FileTree.folders(folder).reversed() { rmdir(inner) }
        rmdir(folder)
    }
}
