package import ServingCore

/// Requests and answers as tensors, so that whatever handles pairs handles these too.
extension OpenAITask {
    /// Inputs are what `OpenAIRequestReader.tensors` gives, outputs what `OpenAIAnswer.tensors` gives.
    package var signature: ModelSignature {
        switch self {
        case .generation:
            ModelSignature(
                inputs: [Self.texts("prompt", [1]), Self.texts("request", [1])],
                outputs: [
                    Self.texts("text", [-1]),
                    Self.texts("tool_calls", [-1]),
                    Self.texts("finish_reason", [-1]),
                    TensorSpec(name: "prompt_tokens", datatype: .int64, shape: [1]),
                    TensorSpec(name: "completion_tokens", datatype: .int64, shape: [1]),
                    TensorSpec(name: "first_token_ms", datatype: .fp64, shape: [1]),
                    TensorSpec(name: "longest_gap_ms", datatype: .fp64, shape: [1]),
                ]
            )
        case .embedding:
            ModelSignature(
                inputs: [Self.texts("input", [-1]), Self.texts("request", [1])],
                outputs: [TensorSpec(name: "embedding", datatype: .fp32, shape: [-1, -1])]
            )
        }
    }

    /// Outputs that tell how it was answered rather than what: they are kept, and not compared unless a manifest says how.
    package var measurements: [String] {
        switch self {
        case .generation: ["prompt_tokens", "completion_tokens", "first_token_ms", "longest_gap_ms"]
        case .embedding: []
        }
    }

    private static func texts(_ name: String, _ shape: [Int64]) -> TensorSpec {
        TensorSpec(name: name, datatype: .bytes, shape: shape)
    }
}
