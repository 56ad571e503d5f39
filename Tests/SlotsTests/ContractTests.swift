import ServingCore
import Slots
import Testing

@Suite struct ContractTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let live: ModelSignature
        let candidate: ModelSignature
        /// A part of each difference expected, in order.
        let differences: [String]

        init(_ name: String, _ live: ModelSignature, _ candidate: ModelSignature, _ differences: [String] = []) {
            self.testDescription = name
            self.live = live
            self.candidate = candidate
            self.differences = differences
        }
    }

    private static func spec(_ name: String, _ shape: [Int64], _ datatype: DataType = .fp32) -> TensorSpec {
        TensorSpec(name: name, datatype: datatype, shape: shape)
    }

    private static func model(_ inputs: [TensorSpec], _ outputs: [TensorSpec] = []) -> ModelSignature {
        ModelSignature(inputs: inputs, outputs: outputs)
    }

    static let pairs: [Pair] = [
        Pair(
            "the same",
            model([spec("x", [-1, 4])], [spec("y", [-1])]),
            model([spec("x", [-1, 4])], [spec("y", [-1])])
        ),
        Pair("an open dimension takes a fixed one", model([spec("x", [1, 4])]), model([spec("x", [-1, 4])])),
        Pair(
            "a fixed dimension does not take an open one",
            model([spec("x", [-1, 4])]),
            model([spec("x", [1, 4])]),
            ["input 'x' takes shape [1, 4], live takes [-1, 4]"]
        ),
        Pair(
            "another fixed dimension",
            model([spec("x", [4])]),
            model([spec("x", [5])]),
            ["input 'x' takes shape [5]"]
        ),
        Pair(
            "another rank",
            model([spec("x", [-1])]),
            model([spec("x", [-1, -1])]),
            ["input 'x' takes shape [-1, -1]"]
        ),
        Pair(
            "another input datatype",
            model([spec("x", [1])]),
            model([spec("x", [1], .fp64)]),
            ["input 'x' is FP64, live takes FP32"]
        ),
        Pair(
            "a missing input",
            model([spec("x", [1]), spec("z", [1])]),
            model([spec("x", [1])]),
            ["input 'z' is gone"]
        ),
        Pair("a new input", model([spec("x", [1])]), model([spec("x", [1]), spec("z", [1])]), ["input 'z' is new"]),
        Pair(
            "a renamed input",
            model([spec("x", [1])]),
            model([spec("z", [1])]),
            ["input 'x' is gone", "input 'z' is new"]
        ),
        Pair(
            "another order of inputs",
            model([spec("a", [1]), spec("b", [2])]),
            model([spec("b", [2]), spec("a", [1])])
        ),
        Pair("a new output", model([], [spec("y", [1])]), model([], [spec("y", [1]), spec("p", [1])])),
        Pair("a missing output", model([], [spec("y", [1])]), model([]), ["output 'y' is gone"]),
        Pair(
            "another output datatype",
            model([], [spec("y", [1], .int64)]),
            model([], [spec("y", [1], .bytes)]),
            ["output 'y' is BYTES, live gives INT64"]
        ),
        Pair("an output left open by one side", model([], [spec("y", [-1, 3])]), model([], [spec("y", [1, -1])])),
        Pair(
            "an output of another width",
            model([], [spec("y", [-1, 3])]),
            model([], [spec("y", [-1, 2])]),
            ["output 'y' has shape [-1, 2]"]
        ),
        Pair(
            "an output of another rank",
            model([], [spec("y", [1])]),
            model([], [spec("y", [])]),
            ["output 'y' has shape []"]
        ),
        Pair(
            "everything at once",
            model([spec("x", [1])], [spec("y", [1])]),
            model([spec("x", [2], .bytes)], [spec("y", [1], .bool)]),
            ["input 'x' is BYTES", "input 'x' takes shape [2]", "output 'y' is BOOL"]
        ),
    ]

    @Test("A candidate must take every request live takes and give every output live gives", arguments: pairs)
    func differences(_ pair: Pair) {
        let differences = Contract.differences(live: pair.live, candidate: pair.candidate)
        #expect(differences.count == pair.differences.count, "\(differences)")
        for (found, expected) in zip(differences, pair.differences) { #expect(found.contains(expected)) }
    }
}
