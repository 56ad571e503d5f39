package import ServingCore

/// What a backend answered, put together: the same for an answer in one piece and for one that was streamed, whatever
/// ids, dates and chunk boundaries it had.
package struct OpenAIAnswer: Sendable, Equatable {
    package struct Choice: Sendable, Equatable {
        package var text = ""
        /// What the model wrote before its answer, where the backend keeps the two apart.
        package var reasoning = ""
        package var refusal = ""
        /// A JSON list in canonical form, in the order of the calls' indices, each with `arguments`, `name` and `type`,
        /// and without its id, which is random. Arguments are parsed JSON; those that are none are a string.
        package var toolCalls = "[]"
        package var finishReason: String?

        package init() {}
    }

    /// One vector of each input, row by row.
    package struct Embeddings: Sendable, Equatable {
        package var rows: Int
        package var columns: Int
        package var values: [Float]

        package init(rows: Int, columns: Int, values: [Float]) {
            self.rows = rows
            self.columns = columns
            self.values = values
        }
    }

    /// By index.
    package var choices: [Choice] = []
    package var embeddings: Embeddings?
    /// As the backend says; nil when it does not.
    package var usage: TokenUsage?
    package var isStreamed = false
    /// Events of the stream that brought something of the answer.
    package var tokenEvents = 0
    /// From the request to the first of them; for an answer in one piece, and for an empty one, to its end.
    package var firstTokenNanoseconds: UInt64 = 0
    /// Longest time between two of them, of any choice.
    package var longestGapNanoseconds: UInt64 = 0
    /// From the request to the end of the answer.
    package var nanoseconds: UInt64 = 0
    /// Why this is no whole answer; what came before is there all the same.
    package var fault: InferenceError?
    /// The backend answered with an HTTP status that says so.
    package var isRefused = false

    package init() {}

    /// What the request took, estimated from the answer where the backend does not say. A refused one took nothing.
    ///
    /// - Parameter prompt: taken for the prompt where nothing is known of it.
    package func usedTokens(assumingPrompt prompt: Int) -> TokenUsage {
        if let usage = self.usage { return usage }
        guard !self.isRefused else { return TokenUsage(prompt: 0, completion: 0) }
        let bytes = self.choices.reduce(0) {
            $0 + $1.text.utf8.count + $1.reasoning.utf8.count + $1.refusal.utf8.count + $1.toolCalls.utf8.count - 2
        }
        return TokenUsage(prompt: prompt, completion: max(self.tokenEvents, (bytes + 3) / 4))
    }
}
