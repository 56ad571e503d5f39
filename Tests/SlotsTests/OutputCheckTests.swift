import ServingCore
import Slots
import TestSupport
import Testing

@Suite struct OutputCheckTests {
    struct Bits: Sendable, CustomTestStringConvertible {
        let datatype: DataType
        let finite: [UInt64]
        let bad: [UInt64]
        var testDescription: String { "\(self.datatype)" }

        func tensor(_ values: [UInt64]) -> Tensor {
            let width = self.datatype.byteWidth ?? 1
            let bytes = values.flatMap { value in (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
            }
            return Tensor(datatype: self.datatype, shape: [Int64(values.count)], bytes: TensorBytes(copying: bytes))
        }
    }

    /// Zero, minus zero, one, the largest finite value and the smallest subnormal; then both infinities and NaNs.
    static let floats: [Bits] = [
        Bits(
            datatype: .fp16,
            finite: [0, 0x8000, 0x3C00, 0x7BFF, 1],
            bad: [0x7C00, 0xFC00, 0x7C01, 0x7E00, 0xFFFF]
        ),
        Bits(
            datatype: .bf16,
            finite: [0, 0x8000, 0x3F80, 0x7F7F, 1],
            bad: [0x7F80, 0xFF80, 0x7F81, 0x7FC0, 0xFFFF]
        ),
        Bits(
            datatype: .fp32,
            finite: [0, 0x8000_0000, 0x3F80_0000, 0x7F7F_FFFF, 1],
            bad: [0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000]
        ),
        Bits(
            datatype: .fp64,
            finite: [0, 1 << 63, 0x3FF0_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF, 1],
            bad: [0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF0_0000_0000_0001, 0x7FF8_0000_0000_0000]
        ),
    ]

    @Test("Every finite value passes, subnormal and extreme ones too", arguments: floats)
    func finite(_ bits: Bits) {
        #expect(OutputCheck.firstNonFinite(bits.tensor(bits.finite)) == nil)
    }

    @Test("Every NaN and infinity is found, at its index", arguments: floats)
    func nonFinite(_ bits: Bits) {
        for bad in bits.bad {
            #expect(OutputCheck.firstNonFinite(bits.tensor(bits.finite + [bad, bad])) == bits.finite.count)
        }
    }

    @Test("Integers and text have no NaN, whatever their bits", arguments: [DataType.int32, .uint16, .bool, .bytes])
    func integers(_ datatype: DataType) {
        let tensor = Tensor(datatype: datatype, shape: [1], bytes: TensorBytes(copying: [0xFF, 0xFF, 0xFF, 0xFF]))
        #expect(OutputCheck.firstNonFinite(tensor) == nil)
    }

    @Test("A wrong datatype, a wrong shape and a NaN are each named with the output")
    func problems() {
        let spec = TensorSpec(name: "y", datatype: .fp32, shape: [-1, 2])
        let good = Tensor.of(.fp32, [1, 2] as [Float], shape: [1, 2])
        #expect(OutputCheck.problem(good, as: spec) == nil)
        let wrongType = Tensor.of(.int32, [1, 2] as [Int32], shape: [1, 2])
        #expect(OutputCheck.problem(wrongType, as: spec) == "output 'y' came as INT32, declared is FP32")
        let wrongShape = Tensor.of(.fp32, [1, 2] as [Float], shape: [2, 1])
        #expect(OutputCheck.problem(wrongShape, as: spec) == "output 'y' came with shape [2, 1], declared is [-1, 2]")
        let nan = Tensor.of(.fp32, [1, .nan] as [Float], shape: [1, 2])
        #expect(OutputCheck.problem(nan, as: spec) == "output 'y' holds NaN or infinity at element 1")
    }
}
