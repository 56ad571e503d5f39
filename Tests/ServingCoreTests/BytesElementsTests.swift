import ServingCore
import Testing

@Suite("BytesElements")
struct BytesElementsTests {
    @Test("Complete elements are counted")
    func counts() {
        let three: [UInt8] = [3, 0, 0, 0, 111, 110, 101, 0, 0, 0, 0, 2, 0, 0, 0, 104, 105]
        #expect(BytesElements.count(in: TensorBytes(copying: three)) == 3)
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
