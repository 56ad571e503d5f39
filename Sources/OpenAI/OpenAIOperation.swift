/// The operations of the OpenAI API that are served, one path each.
package enum OpenAIOperation: Sendable, CaseIterable {
    case chatCompletions, completions, embeddings

    /// Where a client posts it, and where a backend takes it.
    package var path: StaticString {
        switch self {
        case .chatCompletions: "/v1/chat/completions"
        case .completions: "/v1/completions"
        case .embeddings: "/v1/embeddings"
        }
    }

    package var task: OpenAITask {
        switch self {
        case .chatCompletions, .completions: .generation
        case .embeddings: .embedding
        }
    }
}

/// What a model behind the OpenAI API does; one model has one signature, so a slot does one of them.
package enum OpenAITask: Sendable, CaseIterable {
    case generation, embedding
}
