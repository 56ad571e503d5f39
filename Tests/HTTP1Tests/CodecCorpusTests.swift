import CodecOracle
import Foundation
import TestSupport
import Testing

/// Replays the committed inputs of `FuzzHTTPCodec`.
@Suite("The fuzz corpus of the HTTP readers")
struct CodecCorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus/codec")

    private static let seeds: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()) ?? []

    @Test("every seed, and every beginning of it, is read as promised", arguments: Self.seeds)
    func seed(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
        let oracle = CodecOracle()
        #expect(oracle.check(bytes) == [])
        for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 100)) {
            #expect(oracle.check(Array(bytes[..<end])) == [], "\(end) bytes")
        }
    }

    @Test("so are seeds with damage", arguments: UInt64(1)...40)
    func damaged(seed: UInt64) throws {
        #expect(Self.seeds.count > 70)
        var random = SeededRandom(seed: seed)
        let oracle = CodecOracle()
        for name in Self.seeds {
            var bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
            for _ in 0..<Int.random(in: 1...3, using: &random) { Damage.apply(to: &bytes, &random) }
            #expect(oracle.check(bytes) == [], "\(name): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
