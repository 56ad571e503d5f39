import Comparison
import Foundation
import ServingCore
import TestSupport
import Testing

enum Restart {
    static func encoded(_ comparator: PairComparator) throws -> Data {
        try JSONEncoder().encode(comparator.kept)
    }

    static func of(_ comparator: PairComparator) throws -> PairComparator {
        PairComparator(continuing: try JSONDecoder().decode(ComparatorState.self, from: Self.encoded(comparator)))
    }
}

@Suite("Comparators after a restart")
struct RestartTests {
    private static let names = ["probabilities", "price", "label", "answer", "embedding"]

    private static func comparator() -> PairComparator {
        let signature = { (dimensions: Int64) in
            ModelSignature(
                inputs: [],
                outputs: [
                    TensorSpec(name: "probabilities", datatype: .fp32, shape: [-1, 3]),
                    TensorSpec(name: "price", datatype: .fp64, shape: [-1]),
                    TensorSpec(name: "label", datatype: .int64, shape: [-1]),
                    TensorSpec(name: "answer", datatype: .bytes, shape: [-1]),
                    TensorSpec(name: "embedding", datatype: .fp32, shape: [-1, dimensions]),
                ]
            )
        }
        return PairComparator(live: signature(16), candidate: signature(20), settings: ComparisonSettings())
    }

    private static func leg(_ random: inout SeededRandom, _ dimensions: Int) -> Leg {
        let tensors: [Tensor] = [
            .floats(random.distribution(3), [1, 3]),
            .of(.fp64, [random.normal()]),
            .of(.int64, [Int64(random.next() % 4)]),
            .text("{\"id\":\(random.next()),\"score\":\(random.next() % 3)}"),
            .unit(random.vector(dimensions)),
        ]
        return Leg(
            outcome: .answered,
            nanoseconds: 1,
            outputs: zip(Self.names, tensors).map { NamedTensor(name: $0, tensor: $1) }
        )
    }

    private static func pairs(_ range: Range<Int64>) -> [Pair] {
        range.map { id in
            var random = SeededRandom(seed: UInt64(id))
            let live = Self.leg(&random, 16)
            let candidate = Self.leg(&random, 20)
            let noise = id % 3 == 0 ? Self.leg(&random, 16) : nil
            return Pair(id: id, release: 1, inputs: [], live: live, candidate: candidate, noise: noise)
        }
    }

    @Test("what is decoded goes on exactly as the original")
    func identical() throws {
        var original = Self.comparator()
        for pair in Self.pairs(0..<500) { _ = original.add(pair) }
        #expect(original.kept.plan.map(\.comparator) == [.probabilities, .regression, .labels, .json, .vector])
        #expect(original.kept.plan[3].masked == ["$.id", "$.score"])
        var restored = try Restart.of(original)
        #expect(restored.kept.plan == original.kept.plan)
        for pair in Self.pairs(500..<600) {
            let expected = original.add(pair).map(\.comparison)
            let comparisons = restored.add(pair).map(\.comparison)
            #expect(comparisons == expected)
        }
    }

    @Test("before the choice, a restart begins holding back again")
    func unchosen() throws {
        var original = Self.comparator()
        for pair in Self.pairs(0..<20) { _ = original.add(pair) }
        var restored = try Restart.of(original)
        var out = restored.settle().map(\.comparison)
        #expect(out.isEmpty)
        for pair in Self.pairs(20..<52) { out += restored.add(pair).map(\.comparison) }
        #expect(out.count == 32)
        #expect(restored.kept.plan.count == 5)
    }

    @Test("what is kept is bounded, however many pairs came")
    func bounded() throws {
        var comparator = Self.comparator()
        for pair in Self.pairs(0..<600) { _ = comparator.add(pair) }
        let size = try Restart.encoded(comparator).count
        for pair in Self.pairs(600..<2_000) { _ = comparator.add(pair) }
        let later = try Restart.encoded(comparator).count
        #expect(later < size + size / 10)
    }

    @Test("the same pairs give the same comparisons")
    func deterministic() {
        var first = Self.comparator()
        var second = Self.comparator()
        for pair in Self.pairs(0..<100) {
            let left = first.add(pair).map(\.comparison)
            let right = second.add(pair).map(\.comparison)
            #expect(left == right)
        }
    }
}
