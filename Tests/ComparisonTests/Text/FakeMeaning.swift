import Comparison
import ServingCore
import Synchronization
import TestSupport

/// Texts mean the words in them, in any order and any case.
final class FakeMeaning: TextMeaning {
    let mark: String
    private let seen = Mutex<(calls: Int, longest: Int)>((0, 0))

    init(_ mark: String = "fake 1") { self.mark = mark }

    var calls: Int { self.seen.withLock { $0.calls } }
    var longest: Int { self.seen.withLock { $0.longest } }

    func vector(of text: UnsafeRawBufferPointer) -> [Float]? {
        self.seen.withLock { $0 = ($0.calls + 1, max($0.longest, text.count)) }
        var vector = [Float](repeating: 0, count: 256)
        for word in String(decoding: text, as: UTF8.self).lowercased().split(whereSeparator: { !$0.isLetter }) {
            vector[Int(StableHash.fnv1a64(String(word)) % 256)] += 1
        }
        return vector.allSatisfy { $0 == 0 } ? nil : vector
    }
}

/// Gives what it is told to, by text.
struct ToldMeaning: TextMeaning {
    var mark = "told"
    var vectors: [String: [Float]?]

    func vector(of text: UnsafeRawBufferPointer) -> [Float]? {
        self.vectors[String(decoding: text, as: UTF8.self)] ?? nil
    }
}

/// A comparator of a model with one text output, told to compare by meaning. A class, because `#expect` cannot call what
/// mutates.
final class MeaningOutput {
    var comparator: PairComparator
    private var lastID: Int64 = 0

    init(
        _ meaning: (any TextMeaning)? = FakeMeaning(),
        tolerance: Double? = nil,
        keeping form: any KeptForm = VerbatimForm()
    ) {
        let signature = ModelSignature(
            inputs: [],
            outputs: [TensorSpec(name: "y", datatype: .bytes, shape: [-1])]
        )
        self.comparator = PairComparator(
            live: signature,
            candidate: signature,
            settings: ComparisonSettings(outputs: ["y": .init(comparator: .text, tolerance: tolerance)]),
            keeping: form,
            meaning: meaning
        )
        _ = self.add("begin", "begin")
        _ = self.comparator.settle()
    }

    var plan: OutputPlan? { self.comparator.kept.plan.first }

    func add(_ live: [String], _ candidate: [String], again: String? = nil) -> PairComparison? {
        self.add(.texts(live, shape: [Int64(live.count)]), .texts(candidate, shape: [Int64(candidate.count)]), again)
    }

    func add(_ live: String, _ candidate: String, again: String? = nil) -> PairComparison? {
        self.add([live], [candidate], again: again)
    }

    func add(_ live: Tensor, _ candidate: Tensor, _ again: String? = nil) -> PairComparison? {
        self.lastID += 1
        let pair = Pair(
            id: self.lastID,
            release: 1,
            inputs: [],
            live: Self.leg(live),
            candidate: Self.leg(candidate),
            noise: again.map { Self.leg(.text($0)) }
        )
        return self.comparator.add(pair).map(\.comparison).last
    }

    /// The comparison of two texts after the choice.
    func compare(_ live: String, _ candidate: String) -> OutputComparison? {
        self.add(live, candidate)?.outputs.first
    }

    private static func leg(_ tensor: Tensor) -> Leg {
        Leg(outcome: .answered, nanoseconds: 1, outputs: [NamedTensor(name: "y", tensor: tensor)])
    }
}

extension OutputComparison {
    /// Names of the guards that fired.
    var fired: Set<String> {
        Set(TextGuard.allCases.map(\.rawValue).filter { self.details[$0, default: 0] > 0 })
    }
}
