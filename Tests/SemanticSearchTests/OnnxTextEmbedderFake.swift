import SemanticSearch
import ServingCore
import TestSupport

/// A model whose vector for a token is (id, 1, place): what came out tells what went in.
enum OnnxTextEmbedderFake {
    static let inputs = ["input_ids", "attention_mask", "token_type_ids"]

    static func spec(_ name: String, _ datatype: DataType = .int64, _ shape: [Int64] = [-1, -1]) -> TensorSpec {
        TensorSpec(name: name, datatype: datatype, shape: shape)
    }

    static func engine(
        inputs: [String] = Self.inputs,
        outputs: [TensorSpec] = [Self.spec("last_hidden_state", .fp32, [-1, -1, 3])],
        body: FakeEngine.Body? = nil
    ) -> FakeEngine {
        FakeEngine(
            signature: ModelSignature(inputs: inputs.map { Self.spec($0) }, outputs: outputs),
            body: body ?? { inputs, outputs, _ in [Self.tokenVectors(inputs[0])] }
        )
    }

    static func tokenVectors(_ ids: Tensor) -> Tensor {
        let length = Int(ids.shape[1])
        let values = ids.values(as: Int64.self).enumerated().flatMap { place, id -> [Float] in
            [Float(id), 1, Float(place % length)]
        }
        return .of(.fp32, values, shape: ids.shape + [3])
    }

    /// `a`, `b` and `c` have ids 4, 5 and 6, so have `query:` and `passage:` 7, 9 and 8, 9.
    static func tokenizer(more: String = "") throws -> WordPieceTokenizer {
        let tokens = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nquery\npassage\n:\n" + more
        return try WordPieceTokenizer(vocabulary: Array(tokens.utf8))
    }

    static func embedder(
        _ engine: FakeEngine,
        _ options: OnnxTextOptions = OnnxTextOptions()
    ) throws -> OnnxTextEmbedder {
        try OnnxTextEmbedder(
            name: "fake",
            modelDigest: "0123",
            tokenizer: Self.tokenizer(),
            engine: engine,
            options: options
        )
    }

    static func unit(_ values: [Float]) -> [Float] {
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / norm }
    }
}
