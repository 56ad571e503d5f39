package import NIOCore
internal import OpenInference
package import ServingCore

extension OpenAIRequestReader {
    /// A body as the inputs of `OpenAITask.signature`, in its order. `request` is the body without white space between
    /// its tokens; members keep their order, as templates write tools and arguments in the order they come in.
    package func tensors(of body: ByteBuffer, as operation: OpenAIOperation) throws(OpenAIError) -> [Tensor] {
        try self.withTape(of: body) { (tape, bytes) throws(OpenAIError) in
            let fields = try RequestFields(tape)
            let content =
                switch operation {
                case .chatCompletions, .completions: Tensor(texts: [self.prompt(tape, fields)])
                case .embeddings: Tensor(texts: Self.inputs(tape, fields))
                }
            var compact = ByteBuffer()
            compact.reserveCapacity(bytes.count)
            JSONLayout(bytes: bytes).forEachRun { compact.writeBytes($0) }
            return [content, Tensor(texts: [compact])]
        }
    }

    /// What to send to a backend for a `request` tensor: the body it holds with the model of `rewriter`, beside what
    /// was read from it as it came.
    package func outgoing(
        _ request: Tensor,
        for task: OpenAITask,
        _ rewriter: ModelRewriter
    ) throws(OpenAIError) -> (request: OpenAIRequest, body: ByteBuffer) {
        guard let body = request.firstText else {
            throw OpenAIError(.invalidRequest, "request must be one BYTES element: the body of a request")
        }
        let read = try self.withTape(of: body) { (tape, bytes) throws(OpenAIError) in
            let fields = try RequestFields(tape)
            let operation: OpenAIOperation =
                switch task {
                case .generation: fields.isChat(tape) ? .chatCompletions : .completions
                case .embedding: .embeddings
                }
            return try fields.request(tape, bytes, operation, self.limits)
        }
        return (read, rewriter.rewrite(body, of: read))
    }

    private func prompt(_ tape: JSONTape, _ fields: RequestFields) -> ByteBuffer {
        var text = PromptText(tape: tape, limit: self.limits.maxPromptBytes)
        if let messages = fields.messages {
            text.messages(messages)
        } else if let prompt = fields.prompt {
            text.prompt(prompt)
        }
        return ByteBuffer(bytes: text.text)
    }

    /// One element per input: its text, or its token ids as a JSON list.
    private static func inputs(_ tape: JSONTape, _ fields: RequestFields) -> [ByteBuffer] {
        guard let input = fields.input else { return [] }
        let items = Array(tape.items(input))
        let isList = items.contains { tape.kind($0) == .string || tape.kind($0) == .array }
        return (isList ? items : [input]).map { item in
            var text = ByteBuffer()
            if let string = tape.string(item) {
                text.writeBytes(string)
            } else {
                CanonicalJSON.write(tape, item, to: &text)
            }
            return text
        }
    }
}

extension OpenAIRequestReader {
    /// What a request of `task` asks for, by its fields; nil when it has none of them.
    package func operation(of body: ByteBuffer, for task: OpenAITask) throws(OpenAIError) -> OpenAIOperation? {
        try self.withTape(of: body) { (tape, _) throws(OpenAIError) in
            let fields = try RequestFields(tape)
            return switch task {
            case .generation where fields.messages != nil: .chatCompletions
            case .generation where fields.prompt != nil: .completions
            case .embedding where fields.input != nil: .embeddings
            default: nil
            }
        }
    }
}
