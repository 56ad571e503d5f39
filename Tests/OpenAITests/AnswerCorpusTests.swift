import AnswerOracle
import Foundation
import Testing

/// Replays the committed inputs of `FuzzAnswers`.
@Suite("The fuzz corpus of answers")
struct AnswerCorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus/answers")

    private static let seeds: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()) ?? []

    @Test("holds every kind of input")
    func size() {
        #expect(Self.seeds.count > 80)
    }

    @Test("every seed, and every beginning of it, is read as promised", arguments: Self.seeds)
    func seed(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
        let oracle = AnswerOracle()
        #expect(oracle.check(bytes) == [])
        for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 100)) {
            #expect(oracle.check(Array(bytes[..<end])) == [], "\(end) bytes")
        }
    }
}
