import SemanticSearch
import ServingCore
import TestSupport
import Testing

struct OnnxTextEmbedderTests {
    private typealias Fake = OnnxTextEmbedderFake

    /// The runs after the one that tells the dimension.
    private func runs(_ engine: FakeEngine) -> [[Tensor]] { Array(engine.runs.dropFirst()) }

    private func expectClose(_ found: [Float], _ expected: [[Float]], _ location: SourceLocation = #_sourceLocation) {
        let flat = expected.flatMap { $0 }
        #expect(found.count == flat.count, sourceLocation: location)
        #expect(zip(found, flat).allSatisfy { abs($0 - $1) < 1e-6 }, "\(found) \(flat)", sourceLocation: location)
    }

    @Test func `a vector is the mean over a text's own tokens, of length one`() throws {
        let engine = Fake.engine()
        let vectors = try Fake.embedder(engine).embed(["a b c", "c"])
        #expect(self.runs(engine).count == 1)
        // [CLS] a b c [SEP] and [CLS] c [SEP].
        self.expectClose(vectors, [Fake.unit([20 / 5, 1, 10 / 5]), Fake.unit([11 / 3, 1, 3 / 3])])
    }

    @Test func `cls takes the first token's vector`() throws {
        let vectors = try Fake.embedder(Fake.engine(), OnnxTextOptions(pooling: .cls)).embed(["a b c", "c"])
        self.expectClose(vectors, [Fake.unit([2, 1, 0]), Fake.unit([2, 1, 0])])
    }

    @Test func `a model's own sentence vector is preferred and not pooled again`() throws {
        let outputs = [
            Fake.spec("last_hidden_state", .fp32, [-1, -1, 3]), Fake.spec("sentence_embedding", .fp32, [-1, 2]),
        ]
        let engine = Fake.engine(outputs: outputs) { inputs, outputs, _ in
            #expect(outputs == [1])
            let rows = Int(inputs[0].shape[0])
            return [.of(.fp32, (0..<rows).flatMap { [3, Float($0) * 4] }, shape: [Int64(rows), 2])]
        }
        let embedder = try Fake.embedder(engine)
        #expect(embedder.identity.dimension == 2)
        self.expectClose(try embedder.embed(["a", "b b"]), [[1, 0], [0.6, 0.8]])
    }

    @Test func `token vectors are preferred to a pooled output of unknown meaning`() throws {
        let outputs = [Fake.spec("pooler_output", .fp32, [-1, 3]), Fake.spec("hidden", .fp32, [-1, -1, 3])]
        let engine = Fake.engine(outputs: outputs) { inputs, outputs, _ in
            #expect(outputs == [1])
            return [Fake.tokenVectors(inputs[0])]
        }
        #expect(try Fake.embedder(engine).identity.dimension == 3)
    }

    @Test func `the output named in the options is read`() throws {
        let outputs = [Fake.spec("last_hidden_state", .fp32, [-1, -1, 3]), Fake.spec("other", .fp32, [-1, -1, 3])]
        let engine = Fake.engine(outputs: outputs) { inputs, outputs, _ in
            #expect(outputs == [1])
            return [Fake.tokenVectors(inputs[0])]
        }
        _ = try Fake.embedder(engine, OnnxTextOptions(output: "other")).embed(["a"])
    }

    @Test func `inputs come in the model's order, padded, masked, and only those it has`() throws {
        let engine = Fake.engine(inputs: ["attention_mask", "input_ids"]) { inputs, _, _ in
            [Fake.tokenVectors(inputs[1])]
        }
        _ = try Fake.embedder(engine).embed(["a b", "c"])
        let inputs = try #require(self.runs(engine).first)
        #expect(inputs.map(\.shape) == [[2, 4], [2, 4]])
        #expect(inputs[0].values(as: Int64.self) == [1, 1, 1, 0, 1, 1, 1, 1])
        #expect(inputs[1].values(as: Int64.self) == [2, 6, 3, 0, 2, 4, 5, 3])
    }

    @Test func `token types are zeros`() throws {
        let engine = Fake.engine()
        _ = try Fake.embedder(engine).embed(["a b"])
        #expect(self.runs(engine).first?.last?.values(as: Int64.self) == [0, 0, 0, 0])
    }

    @Test func `short texts run together within the bound, and rows keep the order of the texts`() throws {
        let engine = Fake.engine()
        let texts = ["a a a a a a", "b", "c c", "a", "b b b b", "c"]
        let vectors = try Fake.embedder(engine, OnnxTextOptions(batchTokens: 9)).embed(texts)
        #expect(self.runs(engine).map { $0[0].shape } == [[3, 3], [1, 4], [1, 6], [1, 8]])
        let alone = try texts.flatMap { try Fake.embedder(Fake.engine()).embed([$0]) }
        #expect(vectors == alone)
    }

    @Test func `a text without a token has a row of zeros and does not run`() throws {
        let engine = Fake.engine()
        let embedder = try Fake.embedder(engine, OnnxTextOptions(passagePrefix: "passage: "))
        #expect(try embedder.embed(["", " \n", "\u{200D}"]) == [Float](repeating: 0, count: 9))
        #expect(try embedder.embed([]) == [])
        #expect(self.runs(engine).isEmpty)
        #expect(try embedder.embed(["", "a"]).prefix(3) == [0, 0, 0])
    }

    @Test func `a text is cut at the maximum, prefix and special tokens included`() throws {
        let engine = Fake.engine()
        _ = try Fake.embedder(engine, OnnxTextOptions(maximumTokens: 6, passagePrefix: "passage: ")).embed(["a b c"])
        #expect(self.runs(engine).first?[0].values(as: Int64.self) == [2, 8, 9, 4, 5, 3])
    }

    @Test func `queries and passages have their own prefixes`() throws {
        let engine = Fake.engine()
        let embedder = try Fake.embedder(engine, OnnxTextOptions(queryPrefix: "query: ", passagePrefix: "passage: "))
        _ = try embedder.embedQueries(["a"])
        _ = try embedder.embed(["a"])
        #expect(self.runs(engine).map { $0[0].values(as: Int64.self) } == [[2, 7, 9, 4, 3], [2, 8, 9, 4, 3]])
    }

    @Test func `the identity depends on all that shapes a vector`() throws {
        func digest(_ options: OnnxTextOptions, model: String = "0123", more: String = "") throws -> String {
            let tokenizer = try Fake.tokenizer(more: more)
            let engine = Fake.engine()
            return try OnnxTextEmbedder(
                name: "fake",
                modelDigest: model,
                tokenizer: tokenizer,
                engine: engine,
                options: options
            ).identity.digest
        }
        let digests = [
            try digest(OnnxTextOptions()), try digest(OnnxTextOptions(), model: "0124"),
            try digest(OnnxTextOptions(), more: "x"), try digest(OnnxTextOptions(maximumTokens: 128)),
            try digest(OnnxTextOptions(pooling: .cls)), try digest(OnnxTextOptions(queryPrefix: "q")),
            try digest(OnnxTextOptions(passagePrefix: "q")), try digest(OnnxTextOptions(output: "last_hidden_state")),
        ]
        #expect(Set(digests).count == digests.count)
        #expect(digests.allSatisfy { $0.count == 16 })
        #expect(try digest(OnnxTextOptions(batchTokens: 7)) == digests[0])
    }
}
