import ServingCore
import Testing

@Suite struct TensorTests {
    @Test(
        "The element count is the product of the dimensions; a scalar has one element",
        arguments: [([], 1), ([3], 3), ([2, 3, 4], 24), ([0, 5], 0), ([Int64(Int.max)], Int.max)] as [([Int64], Int)]
    )
    func elementCount(_ shape: [Int64], _ count: Int) {
        #expect(Tensor.elementCount(of: shape) == count)
    }

    @Test(
        "A negative dimension or a product that does not fit has no element count",
        arguments: [[-1], [4, -2], [.min], [1 << 32, 1 << 32], [.max, 2], [.max, .max, 0]] as [[Int64]]
    )
    func noElementCount(_ shape: [Int64]) {
        #expect(Tensor.elementCount(of: shape) == nil)
    }

    @Test("A tensor whose shape has no element count counts zero instead of trapping")
    func oddTensor() {
        let tensor = Tensor(datatype: .fp32, shape: [-1], bytes: TensorBytes(copying: []))
        #expect(tensor.elementCount == 0)
    }

    @Test(
        "A spec takes the shapes of its rank that agree in every fixed dimension",
        arguments: [
            ([-1, 4], [7, 4], true), ([-1, 4], [0, 4], true), ([-1, 4], [7, 5], false), ([-1, 4], [7, 4, 1], false),
            ([-1, 4], [4], false), ([], [], true), ([], [1], false), ([2, 2], [2, 2], true), ([0], [1], false),
        ] as [([Int64], [Int64], Bool)]
    )
    func accepts(_ declared: [Int64], _ concrete: [Int64], _ fits: Bool) {
        #expect(TensorSpec(name: "x", datatype: .fp32, shape: declared).accepts(shape: concrete) == fits)
    }
}
