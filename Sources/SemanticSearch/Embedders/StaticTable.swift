import Crypto

/// The contents of a static embedder's file: a vocabulary, and for each of its tokens a row of signed bytes with a scale.
/// All numbers are little endian:
///
///     "TEALSTAT", version, dimension, count, longest text in tokens, length of the vocabulary     8 + 5 x 4 bytes
///     the vocabulary, as a `vocab.txt`
///     a scale for each row                                                                        count x 4 bytes
///     the rows                                                                                    count x dimension bytes
///     SHA-256 of all of it                                                                        32 bytes
struct StaticTable: Sendable {
    private static let magic = Array("TEALSTAT".utf8)
    private static let version = 1
    private static let headerLength = 28
    private static let digestLength = 32
    /// No sum over a text comes near the end of what a Float can hold.
    private static let largestScale: Float = 1e6

    let dimension: Int
    let count: Int
    /// Tokens of a text that count; what follows them is not read.
    let maximumTokens: Int
    let vocabulary: [UInt8]
    /// The first 16 hexadecimal digits of the SHA-256 that ends the file.
    let digest: String
    private let scales: [Float]
    private let bytes: [UInt8]
    private let firstRow: Int

    init(_ bytes: [UInt8]) throws(EmbedderFileError) {
        guard bytes.starts(with: Self.magic) else { throw EmbedderFileError("this is no file of a static embedder") }
        guard bytes.count >= Self.headerLength + Self.digestLength else {
            throw EmbedderFileError("the static embedder's file ends within its header")
        }
        let version = Self.number(in: bytes, at: 8)
        guard version == Self.version else {
            throw EmbedderFileError("the static embedder's file has version \(version), \(Self.version) can be read")
        }
        self.dimension = try Self.number(in: bytes, at: 12, named: "dimension", limit: 4_096)
        self.count = try Self.number(in: bytes, at: 16, named: "number of tokens", limit: 1 << 20)
        self.maximumTokens = try Self.number(in: bytes, at: 20, named: "longest text", limit: 1 << 16)
        let length = try Self.number(in: bytes, at: 24, named: "vocabulary", limit: 1 << 23)
        let firstScale = Self.headerLength + length
        self.firstRow = firstScale + 4 * self.count
        let end = self.firstRow + self.count * self.dimension
        guard bytes.count == end + Self.digestLength else {
            throw EmbedderFileError(
                "the static embedder's file has \(bytes.count) bytes where its header asks for \(end + Self.digestLength)"
            )
        }
        let digest = bytes[..<end].withUnsafeBytes { content in
            var hash = SHA256()
            hash.update(bufferPointer: content)
            return Array(hash.finalize())
        }
        guard bytes[end...].elementsEqual(digest) else {
            throw EmbedderFileError("the static embedder's file is damaged: its SHA-256 is another one")
        }
        self.digest = SHA256.hexadecimal(digest.prefix(8))
        self.vocabulary = Array(bytes[Self.headerLength..<firstScale])
        self.scales = (0..<self.count).map { row in
            Float(bitPattern: UInt32(truncatingIfNeeded: Self.number(in: bytes, at: firstScale + 4 * row)))
        }
        guard self.scales.allSatisfy({ (0...Self.largestScale).contains($0) }) else {
            throw EmbedderFileError("a row of the static embedder's file has a scale that is not 0 to 1000000")
        }
        self.bytes = bytes
    }

    private static func number(in bytes: [UInt8], at place: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    private static func number(
        in bytes: [UInt8],
        at place: Int,
        named name: String,
        limit: Int
    ) throws(EmbedderFileError) -> Int {
        let number = Self.number(in: bytes, at: place)
        guard (1...limit).contains(number) else {
            throw EmbedderFileError("the static embedder's file has a \(name) of \(number), not 1 to \(limit)")
        }
        return number
    }

    /// Writes the unit vector of the sum of these tokens' rows to `target`, which has room for `dimension` values and holds
    /// zeros; it keeps them when the sum is 0. Ids of no row are passed over.
    func write(_ ids: [Int32], to target: UnsafeMutableBufferPointer<Float>) {
        guard target.count == self.dimension, let target = target.baseAddress else { return }
        self.bytes.withUnsafeBytes { bytes in
            for id in ids {
                guard let id = Int(exactly: id), self.scales.indices.contains(id) else { continue }
                let start = self.firstRow + id * self.dimension
                let row = UnsafeRawBufferPointer(rebasing: bytes[start..<start + self.dimension])
                let scale = self.scales[id]
                for place in 0..<self.dimension { target[place] += scale * Float(Int8(bitPattern: row[place])) }
            }
        }
        var squares: Float = 0
        for place in 0..<self.dimension { squares += target[place] * target[place] }
        guard squares.isNormal else { return target.update(repeating: 0, count: self.dimension) }
        let factor = 1 / squares.squareRoot()
        for place in 0..<self.dimension { target[place] *= factor }
    }
}
