/// What a request says besides its content, as far as routing, forwarding and budgets need it.
package struct OpenAIRequest: Sendable, Equatable {
    package let operation: OpenAIOperation
    /// As the client calls it.
    package let model: String
    /// Where the value of `model` stands in the readable bytes of the body, with its quotes.
    package let modelValue: Range<Int>
    package let isStreamed: Bool
    /// The client asked for the usage at the end of the stream.
    package let includesUsage: Bool
    /// `max_completion_tokens`, else `max_tokens`; nil when neither is set, or set to less than nothing, which some
    /// clients write for "no limit".
    package let maxTokens: Int?
    /// `n`
    package let choices: Int
    package let user: String?
    package let bodyBytes: Int

    /// A guess by the size of the body, four bytes a token.
    package var estimatedPromptTokens: Int { (self.bodyBytes + 3) / 4 }
}
