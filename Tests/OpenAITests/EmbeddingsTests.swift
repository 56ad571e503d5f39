import OpenAI
import ServingCore
import Testing

@Suite("Embeddings")
struct EmbeddingsTests {
    private static func read(_ data: String) -> OpenAIAnswer {
        Recordings.read(
            #"{"object":"list","data":[\#(data)],"model":"m","usage":{"prompt_tokens":8,"total_tokens":8}}"#,
            of: .embedding
        )
    }

    private static func item(_ embedding: String, _ index: Int? = nil) -> String {
        "{\"object\":\"embedding\",\(index.map { "\"index\":\($0)," } ?? "")\"embedding\":\(embedding)}"
    }

    @Test("vectors stand in the order of their indices")
    func order() {
        let answer = Self.read(Self.item("[0.5,-1,3]", 1) + "," + Self.item("[1e-3,2,9223372036854775808]", 0))
        #expect(answer.fault == nil)
        let values: [Float] = [1e-3, 2, 9_223_372_036_854_775_808, 0.5, -1, 3]
        #expect(answer.embeddings == .init(rows: 2, columns: 3, values: values))
        #expect(answer.usage == TokenUsage(prompt: 8, completion: 0))
    }

    @Test("base64 of FP32 is the same as numbers")
    func base64() {
        // 1, -2.5, 0.1 in the FP32 of Python's struct.pack("<3f", ...).
        let packed = Self.read(Self.item("\"AACAPwAAIMDNzMw9\""))
        let numbers = Self.read(Self.item("[1,-2.5,0.1]"))
        #expect(packed.fault == nil)
        #expect(packed.embeddings == numbers.embeddings)
        #expect(Self.read(Self.item("\"AACAPw==\"")).embeddings == .init(rows: 1, columns: 1, values: [1]))
    }

    @Test(
        "what is no vector, or not as long as the others, is a fault",
        arguments: [
            "", "{}", item("[]"), item("null"), item("{}"), item("[1,null]"), item("[\"a\",\"b\"]"), item("[[1]]"),
            item("[[],1]"), item("[1]", 1), item("[1]", -1), item("[1],\"embedding\":\"\""), item("\"\""),
            item("\"AAAA\""), item("\"AACAP\""), item("\"AACA*w==\""), item("\"====\""), item("\"AA=APw==\""),
            item("[1]", 0) + "," + item("[2]", 0), item("[1]") + "," + item("[1,2]"),
            item("[1]") + "," + item("\"AACAPwAAgD8=\""), "7",
        ]
    )
    func faults(_ data: String) {
        let answer = Self.read(data)
        #expect(answer.fault?.code == .invalidOutput)
        #expect(answer.tensors(of: .embedding).isEmpty)
    }

    @Test("an answer becomes the output of the signature, row-major")
    func tensor() throws {
        let answer = Self.read(Self.item("[1,2]") + "," + Self.item("[3,4]"))
        let tensors = answer.tensors(of: .embedding)
        #expect(tensors.count == 1)
        let tensor = try #require(tensors.first)
        #expect(tensor.datatype == .fp32)
        #expect(tensor.shape == [2, 2])
        #expect(tensor.values(Float.self) == [1, 2, 3, 4])
        #expect(OpenAITask.embedding.signature.outputs.first?.accepts(shape: tensor.shape) == true)
    }
}
