/// The protocol that a remote server behind a slot speaks. The raw value is what `backend.yaml` calls it.
package enum BackendKind: String, Sendable, CaseIterable, Codable {
    /// Open Inference Protocol V2 over REST: Triton, KServe, MLServer, OVMS, another Teal.
    case openInference = "openinference"
    /// Chat completions, completions and embeddings: vLLM, llama.cpp and whoever copies OpenAI's API.
    case openAI = "openai"
    /// `:predict` of KServe V1 and TensorFlow Serving.
    case kserveV1 = "kserve-v1"
}
