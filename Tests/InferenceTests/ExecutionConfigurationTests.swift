import Inference
import ServingCore
import TestSupport
import Testing

@Suite("ExecutionConfiguration")
struct ExecutionConfigurationTests {
    private static func signature(input: [Int64], output: [Int64]) -> ModelSignature {
        ModelSignature(
            inputs: [TensorSpec(name: "in", datatype: .fp32, shape: input)],
            outputs: [TensorSpec(name: "out", datatype: .fp32, shape: output)]
        )
    }

    @Test("The defaults suit any model")
    func defaults() throws {
        try ExecutionConfiguration().validate(for: Self.signature(input: [3], output: []))
    }

    @Test("Batching is refused, naming the tensor, where the first dimension is not dynamic")
    func fixedFirstDimension() {
        let configuration = ExecutionConfiguration(maxBatchSize: 8)
        for (input, output, name) in [([1, 3], [-1], "in"), ([-1, 3], [1], "out"), ([-1], [], "out")]
            as [([Int64], [Int64], String)]
        {
            let error = #expect(throws: EngineLoadError.self) {
                try configuration.validate(for: Self.signature(input: input, output: output))
            }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("`\(name)`") == true)
        }
    }

    @Test("Batching is refused for a model without inputs and for inline execution")
    func contradictions() {
        let batchable = Self.signature(input: [-1, 3], output: [-1])
        let noInputs = ModelSignature(inputs: [], outputs: batchable.outputs)
        #expect(throws: EngineLoadError.self) { try ExecutionConfiguration(maxBatchSize: 2).validate(for: noInputs) }
        #expect(throws: EngineLoadError.self) {
            try ExecutionConfiguration(mode: .inline, maxBatchSize: 2).validate(for: batchable)
        }
    }

    @Test("Numbers out of range are refused with the value in the message")
    func ranges() {
        let signature = Self.signature(input: [-1], output: [-1])
        for configuration in [
            ExecutionConfiguration(workers: -3), ExecutionConfiguration(maxBatchSize: -3),
            ExecutionConfiguration(maxQueuedRequests: -3), ExecutionConfiguration(workers: 100_000 - 3),
        ] {
            let error = #expect(throws: EngineLoadError.self) { try configuration.validate(for: signature) }
            #expect(error?.message.contains("3") == true || error?.message.contains("99997") == true)
        }
    }
}
