import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("What comparators remember in a form of its own")
struct KeptFormTests {
    /// No values, and keys in quotes all alike.
    private struct Discreet: KeptForm {
        func keepsValues(of output: String) -> Bool { false }
        func sentence(_ sentence: String) -> String { "said \(sentence)" }
        func place(_ path: String, in output: String) -> String {
            output + (path.split(separator: "'").count == 3 ? "['-']" : path)
        }
    }

    private struct Loud: KeptForm {
        func keepsValues(of output: String) -> Bool { true }
        func sentence(_ sentence: String) -> String { "said: \(sentence)" }
        func place(_ path: String, in output: String) -> String { path }
    }

    private func answer(_ key: Int, _ number: Int, same: Int = 1) -> Tensor {
        .text(#"{"\#(key)":\#(number),"same":\#(same)}"#)
    }

    @Test("fields are masked in their kept form, before a restart as after it")
    func masks() throws {
        let output = OneOutput(.bytes, [1], keeping: Discreet())
        output.learn([self.answer(1, 1)])
        for key in 1...20 { _ = output.add(self.answer(key, 1), self.answer(key, 1), noise: self.answer(key, 2)) }
        #expect(output.plan?.masked == ["y['-']"])
        #expect(output.compare(self.answer(99, 1), self.answer(99, 2))?.divergence == 0)
        output.comparator = PairComparator(continuing: output.comparator.kept, keeping: Discreet())
        #expect(output.compare(self.answer(98, 1), self.answer(97, 2))?.divergence == 0)
        let change = try #require(output.compare(self.answer(98, 1), self.answer(98, 2, same: 2)))
        #expect(change.fields.map(\.path) == ["$.same"])
    }

    @Test("a choice tells no value that may not be kept: neither its reason nor its scale")
    func choice() throws {
        for values in [[-1234.5], (1...32).map { 1.0 * Double($0) }] {
            let output = OneOutput(.fp64, [1], keeping: Discreet())
            output.learn(values.map { .of(.fp64, [$0]) })
            let plan = try #require(output.plan)
            #expect(!plan.why.contains("1230") && !plan.why.contains("15.5") && !plan.why.hasPrefix("said"))
            // 5 % of 1234.5, and of an interquartile range of 15.5.
            #expect(plan.tolerance == (values.count == 1 ? 60 : 0.8))
        }
    }

    @Test("a reason that may quote values goes through the form")
    func quoted() throws {
        let output = OneOutput(.fp64, [1], keeping: Loud())
        output.learn([.of(.fp64, [-1234.5])])
        let plan = try #require(output.plan)
        #expect(plan.why.hasPrefix("said: FP64 [1], ") && plan.why.contains("hardly anything but 1230.0 in 1 answer"))
        #expect(plan.tolerance.map { abs($0 - 61.725) < 1e-9 } == true)
    }

    @Test(
        "vectors that may not be kept are compared, not saved: after a restart there are none until enough came again"
    )
    func vectors() {
        var random = SeededRandom(seed: 21)
        let output = OneOutput(
            .fp32,
            [1, 24],
            candidate: (.fp32, [1, 20]),
            setting: .init(comparator: .vector),
            keeping: Discreet()
        )
        func compare() -> Bool {
            let vector = random.vector(24)
            return output.compare(.unit(vector), .unit(Array(vector.prefix(20)))) != nil
        }
        for _ in 1...40 { _ = compare() }
        #expect(compare())
        output.comparator = PairComparator(continuing: output.comparator.kept, keeping: Discreet())
        #expect((1...30).map { _ in compare() } == (1...30).map { $0 > 20 })
    }
}
