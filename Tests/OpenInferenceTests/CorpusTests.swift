import Foundation
import InferOracle
import Testing

/// Replays the committed inputs of the fuzz targets.
@Suite("Fuzz corpus")
struct CorpusTests {
    private static func seeds(_ folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fuzz/Corpus/\(folder)")
        return try FileManager.default.contentsOfDirectory(at: corpus, includingPropertiesForKeys: nil)
            .map { (name: $0.lastPathComponent, bytes: Array(try Data(contentsOf: $0))) }
            .sorted { $0.name < $1.name }
    }

    @Test("JSON seeds are refused or decoded into what the signature says")
    func json() throws {
        let oracle = InferOracle()
        let seeds = try Self.seeds("json")
        #expect(seeds.count >= 50)
        for seed in seeds {
            #expect(seed.bytes.withUnsafeBytes { oracle.checkJSON($0) } == [], "\(seed.name)")
        }
    }

    @Test("binary seeds are refused or decoded into what the signature says")
    func binary() throws {
        let oracle = InferOracle()
        let seeds = try Self.seeds("binary")
        #expect(seeds.count >= 40)
        for seed in seeds {
            #expect(seed.bytes.withUnsafeBytes { oracle.checkBinary($0) } == [], "\(seed.name)")
        }
    }

    @Test("seeds named valid are decoded for one of the signatures")
    func valid() throws {
        let oracle = InferOracle()
        for seed in try Self.seeds("json") where seed.name.hasPrefix("valid") && seed.name != "valid-scalar.json" {
            #expect(seed.bytes.withUnsafeBytes { oracle.decodes($0) }, "\(seed.name)")
        }
    }
}
