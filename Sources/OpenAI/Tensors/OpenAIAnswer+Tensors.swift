package import ServingCore

extension OpenAIAnswer {
    /// The outputs of `OpenAITask.signature`, in its order; of an answer at fault, what there is of it.
    ///
    /// Texts have one element per choice. `text` is the refusal where that is all the model wrote, and not its
    /// reasoning. Token counts are -1 where the backend does not say.
    package func tensors(of task: OpenAITask) -> [Tensor] {
        switch task {
        case .generation: self.generation
        case .embedding: self.embedding
        }
    }

    private var generation: [Tensor] {
        [
            Tensor(texts: self.choices.map { $0.text.isEmpty ? $0.refusal : $0.text }),
            Tensor(texts: self.choices.map(\.toolCalls)),
            Tensor(texts: self.choices.map { $0.finishReason ?? "" }),
            Tensor(.int64, [1], [Int64(self.usage?.prompt ?? -1)]),
            Tensor(.int64, [1], [Int64(self.usage?.completion ?? -1)]),
            Tensor(.fp64, [1], [Double(self.firstTokenNanoseconds) / 1e6]),
            Tensor(.fp64, [1], [Double(self.longestGapNanoseconds) / 1e6]),
        ]
    }

    private var embedding: [Tensor] {
        guard let embeddings = self.embeddings else { return [] }
        return [Tensor(.fp32, [Int64(embeddings.rows), Int64(embeddings.columns)], embeddings.values)]
    }
}
