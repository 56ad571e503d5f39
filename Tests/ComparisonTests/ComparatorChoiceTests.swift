import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Choice of comparators")
struct ComparatorChoiceTests {
    private func plan(
        _ name: String,
        _ datatype: DataType,
        _ shape: [Int64],
        setting: ComparisonSettings.Output? = nil,
        _ answer: (inout SeededRandom) -> Tensor
    ) throws -> OutputPlan {
        var random = SeededRandom(seed: 7)
        let output = OneOutput(datatype, shape, named: name, setting: setting)
        output.learn((0..<32).map { _ in answer(&random) })
        return try #require(output.plan)
    }

    @Test("rows that sum to 1 are probabilities, and the plan says so")
    func probabilities() throws {
        let plan = try self.plan("probabilities", .fp32, [-1, 10]) { .floats($0.distribution(10), [1, 10]) }
        #expect(plan.comparator == .probabilities)
        #expect(plan.datatype == "FP32")
        #expect(plan.why == "FP32 [*, 10], non-negative and every row sums to 1 within 0.0001 in 32 answers")
        #expect(
            plan.override == "compare:\n  outputs:\n    probabilities: {comparator: regression, tolerance: 0.01}"
        )
    }

    @Test("one negative share or one wrong sum in the first answers, and they are numbers")
    func nearlyProbabilities() throws {
        var count = 0
        let plan = try self.plan("logits", .fp32, [-1, 3]) { random in
            count += 1
            return .floats(count == 17 ? [-0.1, 0.6, 0.5] : random.distribution(3), [1, 3])
        }
        #expect(plan.comparator == .regression)
    }

    @Test(
        "whole numbers and truth values are labels",
        arguments: [DataType.int64, .int32, .uint8, .bool]
    )
    func integers(_ datatype: DataType) throws {
        let plan = try self.plan(datatype, [-1]) { random in
            Tensor(
                datatype: datatype,
                shape: [1],
                bytes: TensorBytes(
                    copying: [UInt8(random.next() % 2)] + [UInt8](repeating: 0, count: datatype.byteWidth! - 1)
                )
            )
        }
        #expect(plan.comparator == .labels)
        #expect(plan.tolerance == nil)
    }

    private func plan(_ datatype: DataType, _ shape: [Int64], _ answer: (inout SeededRandom) -> Tensor) throws
        -> OutputPlan
    {
        try self.plan("y", datatype, shape, answer)
    }

    @Test("other numbers are compared on the scale of 5 % of their interquartile range")
    func regression() throws {
        var value: Float = 0
        let plan = try self.plan("price", .fp32, [-1, 1]) { _ in
            value += 10
            return .floats([value], [1, 1])
        }
        // 10, 20 ... 320: quartiles 87.5 and 242.5.
        #expect(plan.comparator == .regression)
        #expect(plan.tolerance.map { abs($0 - 155 * 0.05) < 1e-9 } == true)
        #expect(plan.why.contains("interquartile range, 155.0 in 32 answers"))
    }

    @Test("numbers that do not vary are compared on the scale of 5 % of themselves")
    func constant() throws {
        let plan = try self.plan(.fp64, [1]) { _ in .of(.fp64, [-40.0]) }
        #expect(plan.comparator == .regression)
        #expect(plan.tolerance.map { abs($0 - 2) < 1e-9 } == true)
    }

    @Test("a single share between 0 and 1 is compared on that scale")
    func score() throws {
        let plan = try self.plan("spam_score", .fp32, [-1, 1]) { .floats([Float($0.uniform())], [1, 1]) }
        #expect(plan.comparator == .regression)
        #expect(plan.why.contains("a share between 0 and 1"))
    }

    @Test("vectors are told by name, by unit length, or by constant length")
    func vectors() throws {
        let named = try self.plan("sentence_embedding", .fp32, [-1, 24]) {
            .floats($0.vector(24).map { Float($0) }, [1, 24])
        }
        #expect(named.comparator == .vector)
        #expect(named.why.contains("its name says a vector; compared by cosine distance"))
        let unit = try self.plan(.fp32, [-1, 24]) { .unit($0.vector(24)) }
        #expect(unit.comparator == .vector)
        let long = try self.plan(.fp32, [-1, 24]) { random in
            .floats(Tensor.unit(random.vector(24)).values(as: Float.self).map { 5 * $0 }, [1, 24])
        }
        #expect(long.comparator == .vector)
        let other = try self.plan(.fp32, [-1, 24]) { .floats($0.vector(24).map { Float($0 * $0) }, [1, 24]) }
        #expect(other.comparator == .regression)
    }

    @Test("texts are JSON, a few classes, or free text")
    func texts() throws {
        let json = try self.plan("answer", .bytes, [-1]) { .text("{\"score\": \($0.next() % 100), \"tags\": []}") }
        #expect(json.comparator == .json)
        #expect(json.why == "BYTES [*], 32 of 32 texts are JSON objects or arrays")
        let classes = try self.plan("y", .bytes, [-1]) { .text(["negative", "positive"][Int($0.next() % 2)]) }
        #expect(classes.comparator == .labels)
        #expect(classes.why.contains("2 different texts of at most 8 bytes in 32 answers"))
        let text = try self.plan("y", .bytes, [-1]) { .text("Answer number \($0.next()).") }
        #expect(text.comparator == .text)
        let named = try self.plan("predicted_label", .bytes, [-1]) { .text("id-\($0.next())") }
        #expect(named.comparator == .labels)
    }

    @Test("the manifest wins over everything seen", arguments: ComparisonSettings.Comparator.allCases)
    func manifest(_ comparator: ComparisonSettings.Comparator) throws {
        let setting = ComparisonSettings.Output(comparator: comparator, tolerance: 0.25)
        let isText = comparator == .text || comparator == .json
        let plan = try self.plan("y", isText ? .bytes : .fp32, [-1, 4], setting: setting) { random in
            isText ? .texts(["a", "b", "c", "d"], shape: [1, 4]) : .floats(random.distribution(4), [1, 4])
        }
        #expect(plan.comparator == comparator)
        #expect(plan.why.hasPrefix("model.yaml says so"))
        #expect(plan.tolerance == ([.labels, .exact, .ignore].contains(comparator) ? nil : 0.25))
    }

    @Test("what the manifest says and the datatype cannot be is compared for equality, with a reason")
    func impossible() throws {
        let plan = try self.plan("y", .bytes, [1], setting: .init(comparator: .vector)) { _ in .text("a") }
        #expect(plan.comparator == .exact)
        #expect(plan.why.contains("model.yaml says vector, which BYTES cannot be compared as"))
    }

    @Test("a tolerance alone leaves the choice free; one that is no size is not taken")
    func tolerance() throws {
        let taken = try self.plan("y", .fp32, [1], setting: .init(tolerance: 3)) { .floats([Float($0.normal())], [1]) }
        #expect(taken.comparator == .regression)
        #expect(taken.tolerance == 3)
        let refused = try self.plan("y", .fp32, [1], setting: .init(tolerance: .nan)) {
            .floats([Float($0.normal())], [1])
        }
        #expect(refused.tolerance?.isFinite == true)
    }

    @Test("names that are not plain words are quoted in the lines for model.yaml")
    func quoting() throws {
        let plan = try self.plan("a: \"b\"", .int64, [1]) { _ in .of(.int64, [Int64(1)]) }
        #expect(plan.override.contains("    \"a: \\\"b\\\"\": {comparator: regression, tolerance: 1}"))
    }

    @Test("an ignored output is in the plan and in no comparison")
    func ignored() {
        let output = OneOutput(.fp32, [1], setting: .init(comparator: .ignore))
        output.learn([.floats([1], [1])])
        #expect(output.plan?.comparator == .ignore)
        #expect(output.add(.floats([1], [1]), .floats([9], [1])) == [PairComparison(outputs: [])])
    }
}
