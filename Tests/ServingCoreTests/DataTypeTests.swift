import ServingCore
import Testing

@Suite struct DataTypeTests {
    @Test(
        "Every datatype has the name and the width the protocol gives it",
        arguments: zip(
            DataType.allCases,
            [
                ("BOOL", 1), ("UINT8", 1), ("UINT16", 2), ("UINT32", 4), ("UINT64", 8), ("INT8", 1), ("INT16", 2),
                ("INT32", 4), ("INT64", 8), ("FP16", 2), ("BF16", 2), ("FP32", 4), ("FP64", 8), ("BYTES", nil),
            ] as [(String, Int?)]
        )
    )
    func table(_ datatype: DataType, _ expected: (name: String, width: Int?)) {
        #expect(datatype.description == expected.name)
        #expect(datatype.byteWidth == expected.width)
    }

    @Test("Only the four floating-point types may hold NaN")
    func floats() {
        #expect(DataType.allCases.filter(\.isFloatingPoint) == [.fp16, .bf16, .fp32, .fp64])
    }
}
