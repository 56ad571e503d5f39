import Inference
import ServingCore
import Testing

@Suite("Signatures of loaded models")
struct OnnxSignatureTests {
    @Test("Names, datatypes and shapes come from the model, in its order, -1 for what varies")
    func signature() throws {
        let engine = try Fixture.engine("linear")
        #expect(
            engine.signature
                == ModelSignature(
                    inputs: [TensorSpec(name: "x", datatype: .fp32, shape: [-1, 64])],
                    outputs: [
                        TensorSpec(name: "label", datatype: .int64, shape: [-1]),
                        TensorSpec(name: "probabilities", datatype: .fp32, shape: [-1, 10]),
                    ]
                )
        )
    }

    @Test("A scalar output has an empty shape")
    func scalar() throws {
        let outputs = try Fixture.engine("scalar").signature.outputs
        #expect(outputs == [TensorSpec(name: "total", datatype: .fp32, shape: [])])
    }

    @Test("A model of a scikit-learn classifier with ZipMap is refused with the option that avoids it")
    func zipmap() {
        let error = #expect(throws: EngineLoadError.self) { try Fixture.engine("zipmap") }
        #expect(error?.code == .unsupportedType)
        #expect(error?.message.contains("`scores`") == true)
        #expect(error?.message.contains("zipmap\": False") == true)
    }

    @Test("An element type without a V2 name is refused, naming tensor and type")
    func float8() {
        let error = #expect(throws: EngineLoadError.self) { try Fixture.engine("float8") }
        #expect(error?.code == .unsupportedType)
        #expect(error?.message.contains("output `y`") == true)
        #expect(error?.message.contains("8-bit float") == true)
    }

    @Test("An input without a declared shape is refused by name")
    func unranked() {
        let error = #expect(throws: EngineLoadError.self) { try Fixture.engine("unranked") }
        #expect(error?.message.contains("input `x`") == true)
    }
}
