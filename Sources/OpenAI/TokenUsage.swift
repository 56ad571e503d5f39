/// Tokens that one request took.
package struct TokenUsage: Sendable, Equatable {
    package var prompt: Int
    package var completion: Int

    package init(prompt: Int, completion: Int) {
        self.prompt = prompt
        self.completion = completion
    }
}
