/// How texts go into an ONNX embedding model and how a vector comes out. The defaults are those of all-MiniLM-L6-v2.
package struct OnnxTextOptions: Sendable, Hashable {
    /// What becomes of the vectors of a text's tokens; without effect for a model that gives one vector a text.
    package enum Pooling: String, Sendable, Hashable, Codable, CaseIterable {
        /// The mean over all tokens, special ones included.
        case mean
        /// The first token's vector.
        case cls
    }

    /// Ids a text may have, `[CLS]` and `[SEP]` included; the rest of the text is not read. At least 3.
    package var maximumTokens: Int
    package var pooling: Pooling
    /// Put before what is searched for; models such as e5 were trained with it.
    package var queryPrefix: String
    /// Put before what is searched.
    package var passagePrefix: String
    /// The output to read; nil takes `sentence_embedding`, `last_hidden_state`, `token_embeddings` or the first that fits.
    package var output: String?
    /// Ids in one run of the model, padding included, unless one text has more. No vector depends on it.
    package var batchTokens: Int

    package init(
        maximumTokens: Int = 256,
        pooling: Pooling = .mean,
        queryPrefix: String = "",
        passagePrefix: String = "",
        output: String? = nil,
        batchTokens: Int = 256
    ) {
        self.maximumTokens = maximumTokens
        self.pooling = pooling
        self.queryPrefix = queryPrefix
        self.passagePrefix = passagePrefix
        self.output = output
        self.batchTokens = batchTokens
    }
}
