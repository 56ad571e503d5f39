import Crypto
import Foundation
import SemanticSearch

/// A file of a static embedder with six tokens in two dimensions, to be spoiled.
struct StaticEmbedderSample {
    var magic = "TEALSTAT"
    var version = 1
    var dimension = 2
    var count: Int?
    var maximumTokens = 4
    var vocabularyLength: Int?
    var vocabulary = "[UNK]\n[CLS]\n[SEP]\nnorth\neast\nsouth\n"
    var scales: [Float] = [0, 0, 0, 0.5, 0.25, 0.5]
    var rows: [[Int8]] = [[0, 0], [0, 0], [0, 0], [0, 2], [4, 0], [0, -2]]

    /// The file without the SHA-256 that ends it.
    var content: [UInt8] {
        let numbers = [
            self.version, self.dimension, self.count ?? self.rows.count, self.maximumTokens,
            self.vocabularyLength ?? self.vocabulary.utf8.count,
        ]
        return Array(self.magic.utf8) + numbers.flatMap { Self.bytes(UInt32($0)) } + Array(self.vocabulary.utf8)
            + self.scales.flatMap { Self.bytes($0.bitPattern) } + self.rows.joined().map { UInt8(bitPattern: $0) }
    }

    var file: [UInt8] { Self.signed(self.content) }

    static func signed(_ content: [UInt8]) -> [UInt8] { content + SHA256.hash(data: content) }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// The table that this checkout has.
    static var shipped: StaticEmbedder {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let file = root.appending(path: "embedders/static-en.bin")
            return try StaticEmbedder(contentsOf: Array(Data(contentsOf: file)))
        }
    }
}
