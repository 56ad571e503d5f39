import Foundation
import Inference
import SemanticSearch
import ServingCore
import Testing

/// all-MiniLM-L6-v2 itself, against vectors that ONNX Runtime gave Python (`Tests/oracles/minilm.py --fixture`).
struct OnnxTextEmbedderModelTests {
    private struct Row: Decodable {
        let text: String
        let vector: [Float]
    }

    private let embedder: OnnxTextEmbedder

    init() throws {
        let runtime = try OnnxRuntime(path: MiniLM.path("onnxruntime/libonnxruntime.so").path)
        self.embedder = try OnnxTextEmbedder(
            name: "minilm",
            modelDigest: "",
            tokenizer: MiniLM.tokenizer,
            engine: runtime.load(TensorBytes(copying: MiniLM.file("minilm/model.onnx")), options: EngineOptions())
        )
    }

    @Test func `MiniLM's vectors are those of Python, whatever runs together`() throws {
        let file = try #require(Bundle.module.url(forResource: "Fixtures/minilm", withExtension: "json"))
        let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: file))
        #expect(rows.count == 8)
        #expect(self.embedder.identity.dimension == 384)
        let vectors = try self.embedder.embed(rows.map(\.text))
        for (index, row) in rows.enumerated() {
            let vector = vectors[index * 384..<(index + 1) * 384]
            #expect(zip(vector, row.vector).reduce(0) { $0 + $1.0 * $1.1 } > 0.9999, "\(row.text)")
            #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
    }
}
