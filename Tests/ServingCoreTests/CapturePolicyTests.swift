import ServingCore
import Testing

@Suite("CapturePolicy")
struct CapturePolicyTests {
    private func signature(_ inputs: [String], _ outputs: [String]) -> ModelSignature {
        let spec = { (name: String) in TensorSpec(name: name, datatype: .fp32, shape: [1]) }
        return ModelSignature(inputs: inputs.map(spec), outputs: outputs.map(spec))
    }

    @Test("A rule for a tensor that no version has is told with those there are; one version that has it is enough")
    func strangers() {
        let (one, two) = (self.signature(["image"], ["label"]), self.signature(["image"], ["label", "embedding"]))
        let policy = CapturePolicy(rules: [.email, .tensor("image"), .tensor("embedding")])
        #expect(policy.strangers(to: [one, two]) == nil)
        #expect(
            policy.strangers(to: [one])
                == "capture.rules in model.yaml remove embedding, which is no input or output of this version; "
                + "its inputs and outputs are image, label"
        )
        let misspelt = CapturePolicy(rules: [.tensor("imgae"), .tensor("lable"), .tensor("label")])
        #expect(misspelt.strangers(to: [one, two])?.contains("remove imgae, lable, which") == true)
        #expect(CapturePolicy().strangers(to: [one]) == nil)
    }
}
