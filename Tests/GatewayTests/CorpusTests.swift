import Foundation
import HTTPOracle
import Testing

@Suite("The fuzz corpus")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus/http")

    private static let seeds: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()) ?? []

    @Test("holds the payload classes that are known to trip servers")
    func size() {
        #expect(Self.seeds.count > 100)
    }

    @Test("every seed is answered as promised: whole, in two pieces and byte by byte", arguments: Self.seeds)
    func seed(name: String) throws {
        let bytes = try Data(contentsOf: Self.folder.appending(path: name))
        #expect(try PipelineOracle().check(Array(bytes)) == [])
    }

    @Test("every seed cut short anywhere is answered as promised", arguments: Self.seeds)
    func prefixes(name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.folder.appending(path: name)))
        let oracle = try PipelineOracle()
        for end in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 40)) {
            #expect(oracle.check(Array(bytes[..<end])) == [])
        }
    }
}
