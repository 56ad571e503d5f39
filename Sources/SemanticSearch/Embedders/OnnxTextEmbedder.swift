import Crypto
package import ServingCore

/// A sentence embedding model of the BERT family in ONNX: WordPiece ids in, token vectors or sentence vectors out.
/// A text's vector depends on its batch by rounding only, some 1e-6.
package struct OnnxTextEmbedder: TextEmbedder {
    package let identity: EmbedderIdentity
    private let tokenizer: WordPieceTokenizer
    private let model: OnnxTextModel
    private let options: OnnxTextOptions

    /// Runs the model once on a short text, to learn the dimension and whether model and vocabulary go together.
    ///
    /// - Parameter modelDigest: of the model's file; goes into the identity with all that shapes a vector.
    package init(
        name: String,
        modelDigest: String,
        tokenizer: WordPieceTokenizer,
        engine: any InferenceEngine,
        options: OnnxTextOptions = OnnxTextOptions()
    ) throws(EmbeddingError) {
        guard options.maximumTokens >= 3 else {
            throw EmbeddingError("a text needs room for at least 3 tokens, not \(options.maximumTokens)")
        }
        let model = try OnnxTextModel(engine: engine, output: options.output, padding: tokenizer.padding)
        let probe = OnnxTextBatch(["a"], prefix: "", tokenizer: tokenizer, maximumTokens: 3)
        let output = try model.run([0], of: probe)
        var vector = [Float](repeating: 0, count: output.dimension)[...]
        output.pool(row: 0, tokens: probe.length(of: 0), pooling: options.pooling, into: &vector)
        guard vector.contains(where: { $0 != 0 }) else {
            throw EmbeddingError("the embedding model gives no vector for a short text, only zeros, NaN or infinity")
        }
        self.tokenizer = tokenizer
        self.model = model
        self.options = options
        self.identity = EmbedderIdentity(
            name: name,
            digest: Self.digest(model: modelDigest, vocabulary: tokenizer.digest, options: options),
            dimension: output.dimension
        )
    }

    package func embed(_ texts: [String]) throws(EmbeddingError) -> [Float] {
        try self.embed(texts, prefix: self.options.passagePrefix)
    }

    /// As `embed`, for texts that are searched for among embedded ones: the prefix is the one for queries.
    package func embedQueries(_ texts: [String]) throws(EmbeddingError) -> [Float] {
        try self.embed(texts, prefix: self.options.queryPrefix)
    }

    private func embed(_ texts: [String], prefix: String) throws(EmbeddingError) -> [Float] {
        let (maximum, dimension) = (self.options.maximumTokens, self.identity.dimension)
        let batch = OnnxTextBatch(texts, prefix: prefix, tokenizer: self.tokenizer, maximumTokens: maximum)
        var vectors = [Float](repeating: 0, count: texts.count * dimension)
        for group in batch.groups(tokens: self.options.batchTokens) {
            let output = try self.model.run(group, of: batch)
            guard output.dimension == dimension else {
                throw EmbeddingError(
                    "the embedding model gave vectors of \(output.dimension) values after some of \(dimension)"
                )
            }
            for (row, text) in group.enumerated() {
                output.pool(
                    row: row,
                    tokens: batch.length(of: text),
                    pooling: self.options.pooling,
                    into: &vectors[text * dimension..<(text + 1) * dimension]
                )
            }
        }
        return vectors
    }

    private static func digest(model: String, vocabulary: String, options: OnnxTextOptions) -> String {
        let parts = [
            model, vocabulary, options.pooling.rawValue, String(options.maximumTokens), options.queryPrefix,
            options.passagePrefix, options.output ?? "",
        ]
        // A length before each part: no two lists of parts look alike.
        return SHA256.shortDigest(of: parts.map { Array("\($0.utf8.count):\($0)".utf8) })
    }
}
