import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Outputs of another form")
struct StructureTests {
    private func regression() -> OneOutput {
        let output = OneOutput(.fp32, [-1, 2])
        output.learn([.floats([1, 3], [1, 2])])
        return output
    }

    @Test("another shape is a complete difference, with a sentence")
    func shape() throws {
        let output = self.regression()
        let result = try #require(output.compare(.floats([1, 3], [1, 2]), .floats([1, 3, 4], [1, 3])))
        #expect(result.structure == "shape [1, 2] on live, [1, 3] on the candidate")
        #expect(result.divergence == 1 && result.diverged)
        #expect(output.compare(.floats([1, 3], [1, 2]), .floats([1, 3], [2, 1]))?.structure != nil)
        #expect(output.compare(.floats([1, 3, 1, 3], [2, 2]), .floats([1, 3, 1, 3], [2, 2]))?.structure == nil)
    }

    @Test("another kind of datatype is a complete difference")
    func datatype() throws {
        let output = self.regression()
        let result = try #require(
            output.compare(.floats([1, 3], [1, 2]), .of(.int32, [1, 3] as [Int32], shape: [1, 2]))
        )
        #expect(result.structure == "FP32 on live, INT32 on the candidate")
        #expect(result.divergence == 1 && result.diverged)
    }

    @Test("an output that one side lacks is a complete difference, one that both lack was not asked for")
    func missing() throws {
        let output = self.regression()
        let gone = try #require(output.compare(.floats([1, 3], [1, 2]), nil))
        #expect(gone.structure == "the output is missing on the candidate")
        #expect(gone.divergence == 1 && gone.diverged)
        #expect(output.compare(nil, .floats([1, 3], [1, 2]))?.structure == "the output is missing on live")
        #expect(output.compare(nil, nil) == nil)
    }

    @Test("sentences about live asked again say so")
    func again() {
        let output = self.regression()
        let tensor = Tensor.floats([1, 3], [1, 2])
        let noise = output.add(tensor, tensor, noise: .floats([1], [1, 1])).first?.noise
        #expect(noise?.first?.structure == "shape [1, 2] on live, [1, 1] on live asked again")
    }
}
