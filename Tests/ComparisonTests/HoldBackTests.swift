import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("Pairs held back until comparators are chosen")
struct HoldBackTests {
    @Test("the first 32 pairs with both answers come out together, in their order")
    func together() {
        let output = OneOutput(.int64, [1])
        var ids: [Int64] = []
        for index in 1...32 {
            #expect(output.comparator.kept.plan.isEmpty)
            let pair = output.pair(.of(.int64, [Int64(index)]), .of(.int64, [Int64(index)]))
            let out = output.comparator.add(pair)
            #expect(out.isEmpty == (index < 32))
            ids = out.map(\.pair.id)
        }
        #expect(ids == Array(1...32))
        #expect(output.comparator.kept.plan.count == 1)
        #expect(output.add(.of(.int64, [Int64(1)]), .of(.int64, [Int64(1)])).count == 1)
    }

    @Test("settling chooses with what there is, and only once")
    func settling() {
        let output = OneOutput(.int64, [1])
        #expect(output.settle().isEmpty)
        #expect(output.comparator.kept.plan.isEmpty)
        _ = output.add(.of(.int64, [Int64(3)]), .of(.int64, [Int64(4)]))
        #expect(output.settle().map(\.outputs.first?.divergence) == [1])
        #expect(output.settle().isEmpty)
        #expect(output.comparator.kept.plan.first?.comparator == .labels)
    }

    @Test("a pair with a leg that did not answer comes out at once without outputs", arguments: [true, false])
    func unanswered(failingSide isLive: Bool) {
        let output = OneOutput(.int64, [1])
        _ = output.add(.of(.int64, [Int64(3)]), .of(.int64, [Int64(3)]))
        var pair = output.pair(.of(.int64, [Int64(3)]), .of(.int64, [Int64(3)]))
        if isLive { pair.live.outcome = .invalid } else { pair.candidate.outcome = .timeout }
        let out = output.comparator.add(pair)
        #expect(out.map(\.pair.id) == [2])
        #expect(out.first?.comparison == PairComparison(outputs: []))
    }

    @Test("live asked again is compared by the same comparators, also when the candidate failed")
    func noise() {
        let output = OneOutput(.int64, [1])
        output.learn([.of(.int64, [Int64(1)])])
        let three = Tensor.of(.int64, [Int64(3)])
        let four = Tensor.of(.int64, [Int64(4)])
        let both = output.add(three, three, noise: four)
        #expect(both.first?.outputs.first?.divergence == 0)
        #expect(both.first?.noise?.first?.divergence == 1)
        var pair = output.pair(three, four, noise: three)
        pair.candidate.outcome = .error
        let failed = output.comparator.add(pair).first?.comparison
        #expect(failed?.outputs.isEmpty == true)
        #expect(failed?.noise?.first?.divergence == 0)
    }

    @Test("an output no request has asked for yet is chosen when it first comes")
    func late() {
        var comparator = PairComparator(
            live: ModelSignature(
                inputs: [],
                outputs: ["a", "b"].map { TensorSpec(name: $0, datatype: .int64, shape: [1]) }
            ),
            candidate: ModelSignature(
                inputs: [],
                outputs: ["b", "a", "c"].map { TensorSpec(name: $0, datatype: .int64, shape: [1]) }
            ),
            settings: ComparisonSettings()
        )
        let leg = { (names: [String]) in
            Leg(
                outcome: .answered,
                nanoseconds: 1,
                outputs: names.map { NamedTensor(name: $0, tensor: .of(.int64, [Int64(1)])) }
            )
        }
        _ = comparator.add(Pair(id: 1, release: 1, inputs: [], live: leg(["a"]), candidate: leg(["a"])))
        let first = comparator.settle()
        #expect(first.first?.comparison.outputs.map(\.name) == ["a"])
        #expect(comparator.kept.plan.map(\.name) == ["a", "c"])
        #expect(comparator.kept.plan.last?.comparator == .ignore)
        let later = comparator.add(
            Pair(id: 2, release: 1, inputs: [], live: leg(["a", "b"]), candidate: leg(["b", "a", "c"]))
        )
        #expect(later.first?.comparison.outputs.map(\.name) == ["a", "b"])
        #expect(comparator.kept.plan.map(\.name) == ["a", "b", "c"])
    }
}
