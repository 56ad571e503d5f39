import SemanticSearch
import ServingCore
import TestSupport
import Testing

struct OnnxTextEmbedderErrorTests {
    private typealias Fake = OnnxTextEmbedderFake

    private func error(_ engine: FakeEngine, _ options: OnnxTextOptions = OnnxTextOptions()) -> String? {
        do {
            _ = try Fake.embedder(engine, options).embed(["a b"])
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Behaves for the run that tells the dimension, then answers with `answer`.
    private func engine(_ answer: @escaping @Sendable (Tensor) -> [Tensor]) -> FakeEngine {
        Fake.engine { inputs, _, _ in
            inputs[0].shape == [1, 3] ? [Fake.tokenVectors(inputs[0])] : answer(inputs[0])
        }
    }

    @Test func `inputs that a text embedder does not have are named`() {
        #expect(
            self.error(Fake.engine(inputs: ["input_ids", "pixel_values"]))
                == "the embedding model asks for input \"pixel_values\"; only input_ids, attention_mask and"
                + " token_type_ids can be given"
        )
        #expect(self.error(Fake.engine(inputs: ["attention_mask"])) == "the embedding model has no input \"input_ids\"")
    }

    @Test func `inputs of another type are named`() {
        let signature = ModelSignature(inputs: [Fake.spec("input_ids", .int32)], outputs: [Fake.spec("y", .fp32)])
        #expect(
            self.error(FakeEngine(signature: signature))
                == "input input_ids of the embedding model is INT32 [-1, -1]; INT64 [batch, sequence] is needed"
        )
    }

    @Test func `outputs that cannot be read are named`() {
        let outputs = [Fake.spec("label", .int64, [-1]), Fake.spec("scores", .fp32, [-1])]
        #expect(
            self.error(Fake.engine(outputs: outputs))
                == "the embedding model has no FP32 output with 2 or 3 dimensions"
        )
        #expect(
            self.error(Fake.engine(outputs: outputs), OnnxTextOptions(output: "none"))
                == "the embedding model has no output \"none\", but label, scores"
        )
        #expect(
            self.error(Fake.engine(outputs: outputs), OnnxTextOptions(output: "label"))
                == "output label of the embedding model is INT64 [-1]; FP32 with 2 or 3 dimensions is needed"
        )
    }

    @Test func `fewer than three tokens are no room for a text`() {
        #expect(
            self.error(Fake.engine(), OnnxTextOptions(maximumTokens: 2))
                == "a text needs room for at least 3 tokens, not 2"
        )
    }

    @Test(arguments: [[1, 4], [2, 4, 3], [1, 5, 3], [1, 4, 3, 1], [12], []] as [[Int64]])
    func `an answer of another shape is refused`(shape: [Int64]) {
        let count = Tensor.elementCount(of: shape) ?? 0
        let engine = self.engine { _ in [.of(.fp32, [Float](repeating: 1, count: count), shape: shape)] }
        // [1, 4] is a pooled answer, but of another dimension than before.
        let expected =
            shape == [1, 4]
            ? "the embedding model gave vectors of 4 values after some of 3"
            : "output last_hidden_state of the embedding model is FP32 \(shape); FP32 [1, 4, n] or [1, n] was expected"
        #expect(self.error(engine) == expected)
    }

    @Test func `an answer of another type, or none, is refused`() {
        let integers = self.engine { ids in [ids] }
        #expect(
            self.error(integers)
                == "output last_hidden_state of the embedding model is INT64 [1, 4];"
                + " FP32 [1, 4, n] or [1, n] was expected"
        )
        #expect(self.error(self.engine { _ in [] }) == "the embedding model gave no output last_hidden_state")
    }

    @Test func `vectors of more values than are kept are refused`() {
        let engine = Fake.engine { _, _, _ in
            [.of(.fp32, [Float](repeating: 1, count: 20_000), shape: [1, 20_000])]
        }
        #expect(self.error(engine) == "vectors of 20000 values are too long: 4096 at most")
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
    func `a text for which numbers come that are none has a row of zeros, and costs no other its own`(
        value: Float
    ) throws {
        let engine = self.engine { ids in
            let length = Int(ids.shape[1])
            let values = ids.values(as: Int64.self).enumerated().flatMap { place, id in
                id == 6 ? [value, value, value] : [Float(id), 1, Float(place % length)]
            }
            return [.of(.fp32, values, shape: ids.shape + [3])]
        }
        let alone = try Fake.embedder(Fake.engine()).embed(["a b"])
        #expect(try Fake.embedder(engine).embed(["a b", "c", "b a c"]) == alone + [0, 0, 0, 0, 0, 0])
    }

    @Test func `an answer of zeros gives a row of zeros`() throws {
        let engine = self.engine { ids in
            [.of(.fp32, [Float](repeating: 0, count: 3 * ids.elementCount), shape: ids.shape + [3])]
        }
        #expect(try Fake.embedder(engine).embed(["a b"]) == [0, 0, 0])
    }

    @Test(arguments: [Float.nan, .infinity, 0]) func `a model that never gives a vector is refused`(value: Float) {
        let engine = Fake.engine { inputs, _, _ in
            [.of(.fp32, [Float](repeating: value, count: 3 * inputs[0].elementCount), shape: inputs[0].shape + [3])]
        }
        #expect(
            self.error(engine)
                == "the embedding model gives no vector for a short text, only zeros, NaN or infinity"
        )
    }

    @Test func `the model's own failure is passed on`() {
        let engine = Fake.engine { _, _, _ throws(InferenceError) in
            throw InferenceError(.modelFailed, "indices out of bounds")
        }
        #expect(self.error(engine) == "the embedding model failed: indices out of bounds")
    }
}
