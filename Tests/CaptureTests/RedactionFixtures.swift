import Capture
import Comparison
import ServingCore
import TestSupport

/// The key of all tests.
let testKey = [UInt8](0..<32)

extension PairRedactor {
    init(_ rules: [RedactionRule] = RedactionRule.standard, mode: CapturePolicy.Mode = .redacted) {
        self.init(policy: CapturePolicy(mode: mode, rules: rules), key: testKey)
    }

    /// What becomes of one element of a BYTES input.
    func text(_ text: String) -> String { self.texts([text])[0] }

    func texts(_ texts: [String]) -> [String] {
        let pair = Pair(
            id: 1,
            release: 1,
            inputs: [NamedTensor(name: "text", tensor: .texts(texts))],
            live: Leg(outcome: .answered, nanoseconds: 1),
            candidate: Leg(outcome: .answered, nanoseconds: 1)
        )
        return self.redacted(pair).inputs[0].tensor.elementTexts
    }

    /// As the store would keep it.
    func encoded(_ pair: Pair, _ comparison: PairComparison = PairComparison(outputs: [])) throws -> PairBody {
        let signature = ModelSignature(inputs: [], outputs: [])
        let body = self.body(of: self.redacted(pair), self.redacted(comparison, live: signature))
        guard let body else { throw PairBodyError.damaged("there is none") }
        return try PairBody(decoding: body.encoded())
    }
}

extension Tensor {
    var elementTexts: [String] {
        self.bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(bytes)
            var texts: [String] = []
            while let range = elements.next() { texts.append(String(decoding: bytes[range], as: UTF8.self)) }
            return texts
        }
    }
}

enum Pairs {
    /// A pair of the bundled digits model: 64 numbers in, ten probabilities and a label out.
    static func digits(noise: Bool = false) -> Pair {
        let label = [Int64(7)]
        func leg(_ shift: Float) -> Leg {
            Leg(
                outcome: .answered,
                nanoseconds: 9_000,
                outputs: [
                    NamedTensor(name: "label", tensor: .of(.int64, label)),
                    NamedTensor(
                        name: "probabilities",
                        tensor: .of(.fp32, (0..<10).map { Float($0) / 45 + shift }, shape: [1, 10])
                    ),
                ]
            )
        }
        return Pair(
            id: 1_700_000_000_000_000,
            release: 1_699_000_000_000_000,
            requestID: "7d3f",
            segments: [Segment(key: "label", value: "7")],
            inputs: [NamedTensor(name: "image", tensor: .of(.fp32, (0..<64).map { Float($0) / 16 }, shape: [1, 64]))],
            live: leg(0),
            candidate: leg(0.001),
            noise: noise ? leg(0) : nil
        )
    }

    static func comparison(noise: Bool = false) -> PairComparison {
        var label = OutputComparison(name: "label", divergence: 0, diverged: false)
        label.flip = false
        label.liveClass = "7"
        label.candidateClass = "7"
        var probabilities = OutputComparison(name: "probabilities", divergence: 0.005, diverged: false)
        probabilities.flip = false
        probabilities.liveClass = "7"
        probabilities.candidateClass = "7"
        probabilities.details = ["jsd": 0.001, "top_k_overlap": 1, "max_abs": 0.001]
        return PairComparison(outputs: [label, probabilities], noise: noise ? [label, probabilities] : nil)
    }

    /// A pair and a comparison that use every member of both.
    static func everything() -> (Pair, PairComparison) {
        var pair = Self.digits(noise: true)
        pair.inputs.append(NamedTensor(name: "text", tensor: .texts(["", "zwei", "drei\0"], shape: [3, 1])))
        pair.noise?.outputs.append(NamedTensor(name: "scalar", tensor: .of(.fp64, [Double.nan], shape: [])))
        var comparison = Self.comparison(noise: true)
        comparison.outputs[0].flip = true
        comparison.outputs[1].flip = nil
        comparison.outputs[1].signedError = -0.5
        comparison.outputs[1].structure = "output 'x' is missing"
        comparison.outputs[1].fields = [
            FieldDifference(path: "$.a[*].b", kind: .value, live: "1", candidate: "2"),
            FieldDifference(path: "$.c", kind: .extra, candidate: "\"x\""), FieldDifference(path: "$.d", kind: .order),
        ]
        return (pair, comparison)
    }
}
