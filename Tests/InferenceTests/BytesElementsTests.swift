import Inference
import ServingCore
import TestSupport
import Testing

@Suite("BytesElements")
struct BytesElementsTests {
    @Test("Complete elements are counted")
    func counts() {
        #expect(BytesElements.count(in: Tensor.texts(["one", "", "three"]).bytes) == 3)
        #expect(BytesElements.count(in: TensorBytes(copying: EmptyCollection())) == 0)
    }

    @Test(
        "What is cut short or goes on has no count",
        arguments: [[0], [0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0, 65], [255, 255, 255, 255], [0, 0, 0, 0, 7]] as [[UInt8]]
    )
    func malformed(bytes: [UInt8]) {
        #expect(BytesElements.count(in: TensorBytes(copying: bytes)) == nil)
    }
}
