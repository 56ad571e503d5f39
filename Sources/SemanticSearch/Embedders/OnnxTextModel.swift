import ServingCore

/// An engine whose inputs and output are known to be those of a text embedder.
struct OnnxTextModel: Sendable {
    private enum Role: String {
        case ids = "input_ids"
        case mask = "attention_mask"
        case segments = "token_type_ids"
    }

    private let engine: any InferenceEngine
    private let roles: [Role]
    private let output: Int
    private let padding: Int32

    /// - Parameter output: the name of the output to read; nil chooses.
    init(engine: any InferenceEngine, output: String?, padding: Int32) throws(EmbeddingError) {
        var roles: [Role] = []
        for input in engine.signature.inputs {
            guard let role = Role(rawValue: input.name) else {
                throw EmbeddingError(
                    "the embedding model asks for input \"\(input.name)\"; only input_ids, attention_mask and"
                        + " token_type_ids can be given"
                )
            }
            guard input.datatype == .int64, input.shape.count == 2 else {
                throw EmbeddingError(
                    "input \(input.name) of the embedding model is \(input.datatype) \(input.shape);"
                        + " INT64 [batch, sequence] is needed"
                )
            }
            roles.append(role)
        }
        guard roles.contains(.ids) else { throw EmbeddingError("the embedding model has no input \"input_ids\"") }
        self.engine = engine
        self.roles = roles
        self.output = try Self.chooseOutput(output, from: engine.signature.outputs)
        self.padding = padding
    }

    private static func chooseOutput(_ name: String?, from outputs: [TensorSpec]) throws(EmbeddingError) -> Int {
        let fits = { (output: TensorSpec) in output.datatype == .fp32 && (2...3).contains(output.shape.count) }
        if let name {
            guard let index = outputs.firstIndex(where: { $0.name == name }) else {
                let names = outputs.map(\.name).joined(separator: ", ")
                throw EmbeddingError("the embedding model has no output \"\(name)\", but \(names)")
            }
            guard fits(outputs[index]) else {
                throw EmbeddingError(
                    "output \(name) of the embedding model is \(outputs[index].datatype)"
                        + " \(outputs[index].shape); FP32 with 2 or 3 dimensions is needed"
                )
            }
            return index
        }
        for name in ["sentence_embedding", "last_hidden_state", "token_embeddings"] {
            if let index = outputs.firstIndex(where: { $0.name == name && fits($0) }) { return index }
        }
        // A pooled output of another name may be BERT's pooler, which is no sentence vector: token vectors first.
        if let index = outputs.firstIndex(where: { fits($0) && $0.shape.count == 3 }) { return index }
        if let index = outputs.firstIndex(where: fits) { return index }
        throw EmbeddingError("the embedding model has no FP32 output with 2 or 3 dimensions")
    }

    /// Runs the model on these texts, all as long as the longest.
    func run(_ texts: ArraySlice<Int>, of batch: OnnxTextBatch) throws(EmbeddingError) -> OnnxTextOutput {
        let length = texts.reduce(0) { max($0, batch.length(of: $1)) }
        let shape = [Int64(texts.count), Int64(length)]
        let inputs = self.roles.map { role in
            Tensor(
                datatype: .int64,
                shape: shape,
                bytes: TensorBytes(count: texts.count * length * 8) { target in
                    let values = target.bindMemory(to: Int64.self)
                    values.initialize(repeating: role == .ids ? Int64(self.padding) : 0)
                    guard role != .segments else { return }
                    for (row, text) in texts.enumerated() {
                        for (column, id) in batch.ids(of: text).enumerated() {
                            values[row * length + column] = role == .ids ? Int64(id) : 1
                        }
                    }
                }
            )
        }
        let answer: [Tensor]
        do {
            answer = try self.engine.run(inputs, outputs: [self.output], cancellation: nil)
        } catch {
            throw EmbeddingError("the embedding model failed: \(error.message)")
        }
        let name = self.engine.signature.outputs[self.output].name
        guard let tensor = answer.first else { throw EmbeddingError("the embedding model gave no output \(name)") }
        return try OnnxTextOutput(tensor, name: name, rows: texts.count, length: length)
    }
}
