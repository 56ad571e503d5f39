import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Comparing numbers")
struct NumberComparisonTests {
    private func classifier() -> OneOutput {
        let output = OneOutput(.fp32, [-1, 3])
        output.learn([.floats([0.2, 0.3, 0.5], [1, 3])])
        return output
    }

    @Test("probabilities: total variation, the classes and the other distances")
    func probabilities() throws {
        let output = self.classifier()
        let result = try #require(
            output.compare(.floats([0.2, 0.3, 0.5], [1, 3]), .floats([0.25, 0.35, 0.4], [1, 3]))
        )
        #expect(abs(result.divergence - 0.1) < 1e-7)
        #expect(result.diverged)
        #expect(result.flip == false)
        #expect(result.liveClass == "2" && result.candidateClass == "2")
        #expect(abs((result.details["jsd"] ?? 0) - 0.0051377717) < 1e-7)
        #expect(abs((result.details["hellinger"] ?? 0) - 0.0717117273) < 1e-7)
        #expect(abs((result.details["max_prob_change"] ?? 0) - 0.1) < 1e-7)
        #expect(result.details["top_k_overlap"] == 1)
    }

    @Test("probabilities: another most probable class is a flip, in any row")
    func flips() throws {
        let output = self.classifier()
        let one = try #require(output.compare(.floats([0.2, 0.3, 0.5], [1, 3]), .floats([0.6, 0.3, 0.1], [1, 3])))
        #expect(one.flip == true && one.diverged)
        #expect(one.liveClass == "2" && one.candidateClass == "0")
        let rows = try #require(
            output.compare(
                .floats([0.2, 0.3, 0.5, 0, 0, 1], [2, 3]),
                .floats([0.2, 0.3, 0.5, 1, 0, 0], [2, 3])
            )
        )
        #expect(rows.divergence == 0.5 && rows.flip == true)
        #expect(rows.liveClass == nil)
    }

    @Test("top-k overlap looks at the five most probable classes")
    func topClasses() throws {
        let output = OneOutput(.fp32, [-1, 10], setting: .init(comparator: .probabilities))
        let first: [Float] = [0.3, 0.2, 0.15, 0.1, 0.08, 0.07, 0.04, 0.03, 0.02, 0.01]
        output.learn([.floats(first, [1, 10])])
        let result = try #require(output.compare(.floats(first, [1, 10]), .floats(first.reversed(), [1, 10])))
        #expect(result.details["top_k_overlap"] == 0)
        var second = first
        second.swapAt(4, 5)
        #expect(output.compare(.floats(first, [1, 10]), .floats(second, [1, 10]))?.details["top_k_overlap"] == 0.8)
    }

    @Test(
        "what rounding of the datatype explains is inside the band, more is not",
        arguments: [(DataType.fp32, 1e-5), (.fp64, 1e-12)]
    )
    func roundingBand(_ datatype: DataType, _ relative: Double) throws {
        for (size, diverged) in [(0.4, false), (3.0, true)] {
            let output = OneOutput(datatype, [-1, 2])
            let tensor = { (values: [Double]) in
                datatype == .fp64
                    ? Tensor.of(.fp64, values, shape: [1, 2]) : .floats(values.map { Float($0) }, [1, 2])
            }
            output.learn([tensor([0.75, 0.25])])
            let shift = size * relative
            let result = output.compare(tensor([0.75, 0.25]), tensor([0.75 - shift, 0.25 + shift]))
            #expect(result?.diverged == diverged, "\(size)")
            #expect(result.map { $0.divergence > 0 } == true)
        }
    }

    @Test("half precision has a wider band, and the coarser datatype of both sides decides")
    func coarser() throws {
        let same = OneOutput(.fp32, [-1, 2])
        same.learn([.floats([0.75, 0.25], [1, 2])])
        let mixed = OneOutput(.fp32, [-1, 2], candidate: (.fp16, [-1, 2]))
        // FP16 bits of 0.75 and 0.25, then 0.75 - 2^-11.
        let half = Tensor.of(.fp16, [0x3A00, 0x3400] as [UInt16], shape: [1, 2])
        for _ in 0..<32 { _ = mixed.add(.floats([0.75, 0.25], [1, 2]), half) }
        #expect(try #require(mixed.plan?.tolerance) > 100 * (try #require(same.plan?.tolerance)))
        let result = try #require(
            mixed.compare(.floats([0.75, 0.25], [1, 2]), .of(.fp16, [0x39FF, 0x3400] as [UInt16], shape: [1, 2]))
        )
        #expect(result.divergence > 1e-4)
        #expect(!result.diverged)
        #expect(result.structure == "FP32 on live, FP16 on the candidate")
    }

    @Test("regression: error on the manifest's scale, clipped, with its sign")
    func regression() throws {
        let output = OneOutput(.fp32, [-1], setting: .init(comparator: .regression, tolerance: 2))
        output.learn([.floats([1, 2], [2])])
        let inside = try #require(output.compare(.floats([10, 20], [2]), .floats([11, 21], [2])))
        #expect(inside.divergence == 0.5 && !inside.diverged)
        #expect(inside.signedError == 1)
        #expect(inside.details["max_abs"] == 1)
        let outside = try #require(output.compare(.floats([10, 20], [2]), .floats([10, 0], [2])))
        #expect(outside.divergence == 0.5 && outside.diverged)
        #expect(outside.signedError == -10)
    }

    @Test("regression: differences that rounding explains are not outside tolerance, however little live varies")
    func regressionRounding() throws {
        let output = OneOutput(.fp32, [1])
        output.learn((0..<32).map { .floats([1e6 + Float($0) * 0.0625], [1]) })
        let rounding = try #require(output.compare(.floats([1e6], [1]), .floats([1e6 + 0.5], [1])))
        #expect(!rounding.diverged && rounding.divergence < 0.1)
        #expect(rounding.details["max_ulp"] == 8)
        let more = try #require(output.compare(.floats([1e6], [1]), .floats([1e6 + 100], [1])))
        #expect(more.diverged && more.divergence == 1)
    }

    @Test("units in the last place are counted across zero and for each width")
    func units() throws {
        let output = OneOutput(.fp32, [1], setting: .init(comparator: .regression, tolerance: 1))
        output.learn([.floats([0], [1])])
        let across = output.compare(
            .floats([-Float.leastNonzeroMagnitude], [1]),
            .floats([.leastNonzeroMagnitude], [1])
        )
        #expect(across?.details["max_ulp"] == 2)
        #expect(output.compare(.floats([0], [1]), .floats([-0.0], [1]))?.details["max_ulp"] == 0)
        let double = OneOutput(.fp64, [1], setting: .init(comparator: .regression, tolerance: 1))
        double.learn([.of(.fp64, [1.0])])
        #expect(double.compare(.of(.fp64, [1.0]), .of(.fp64, [(1.0).nextUp.nextUp]))?.details["max_ulp"] == 2)
    }

    @Test("labels: share of elements that differ, and the classes of a single one")
    func labels() throws {
        let output = OneOutput(.int64, [-1])
        output.learn([.of(.int64, [Int64(1)])])
        let one = try #require(output.compare(.of(.int64, [Int64(3)]), .of(.int64, [Int64.min])))
        #expect(one.divergence == 1 && one.diverged && one.flip == true)
        #expect(one.liveClass == "3" && one.candidateClass == "-9223372036854775808")
        let four = try #require(
            output.compare(.of(.int64, [1, 2, 3, 4] as [Int64]), .of(.int64, [1, 2, 3, 5] as [Int64]))
        )
        #expect(four.divergence == 0.25 && four.liveClass == nil)
        #expect(output.compare(.of(.int64, [Int64(3)]), .of(.int64, [Int64(3)]))?.flip == false)
    }

    @Test("labels of another width are compared by value")
    func labelWidths() throws {
        let output = OneOutput(.int64, [-1], candidate: (.int32, [-1]))
        for _ in 0..<32 { _ = output.add(.of(.int64, [Int64(1)]), .of(.int32, [Int32(1)])) }
        let same = try #require(output.compare(.of(.int64, [Int64(-7)]), .of(.int32, [Int32(-7)])))
        #expect(same.divergence == 0 && !same.diverged)
        #expect(same.structure == "INT64 on live, INT32 on the candidate")
    }
}
