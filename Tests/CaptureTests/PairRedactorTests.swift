import Capture
import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("PairRedactor")
struct PairRedactorTests {
    private static let mail = "ann@example.com"

    private static func pair() -> Pair {
        var pair = Pairs.digits(noise: true)
        pair.requestID = "req-\(Self.mail)"
        pair.segments = [Segment(key: "user", value: Self.mail), Segment(key: "n", value: "7")]
        pair.inputs.append(NamedTensor(name: "text", tensor: .texts(["one", "to \(Self.mail)", "three"])))
        pair.live.outputs.append(NamedTensor(name: "raw", tensor: .of(.uint8, Array("x \(Self.mail)\0\0".utf8))))
        pair.candidate.outcome = .error
        pair.candidate.reason = "no such user \(Self.mail)"
        pair.noise?.outputs.append(NamedTensor(name: "t", tensor: .texts([Self.mail])))
        return pair
    }

    private static func comparison() -> PairComparison {
        var output = OutputComparison(name: "text", divergence: 1, diverged: true)
        output.liveClass = "positive"
        output.candidateClass = Self.mail
        output.fields = [
            FieldDifference(path: "$.user.name", kind: .value, live: "\"Ann\"", candidate: "\"Bob\""),
            FieldDifference(path: "$['\(Self.mail)']", kind: .extra, candidate: "\"\(Self.mail)\""),
        ]
        output.structure = "datatype BYTES, not FP32"
        return PairComparison(outputs: [output], noise: [output])
    }

    private static let signature = ModelSignature(
        inputs: [],
        outputs: [
            TensorSpec(name: "text", datatype: .bytes, shape: [1]),
            TensorSpec(name: "label", datatype: .int64, shape: [1]),
        ]
    )

    @Test("Every text of a pair is searched")
    func texts() {
        let pair = PairRedactor().redacted(Self.pair())
        #expect(pair.requestID == "[email]")
        #expect(pair.segments.map(\.value) == ["[email]", "7"])
        #expect(pair.inputs[1].tensor.elementTexts == ["one", "to [email]", "three"])
        #expect(pair.candidate.reason == "no such user [email]")
        #expect(pair.noise?.outputs.last?.tensor.elementTexts == ["[email]"])
    }

    @Test("UINT8 that reads as text is overwritten in place")
    func bytesAsText() {
        let pair = PairRedactor().redacted(Self.pair())
        #expect(pair.live.outputs[2].tensor.rawBytes == Array("x ***************\0\0".utf8))
    }

    @Test("UINT8 that is no text stays")
    func noText() {
        var pair = Self.pair()
        let bytes = Array("\u{1} \(Self.mail)".utf8)
        pair.inputs = [NamedTensor(name: "i", tensor: .of(.uint8, bytes))]
        #expect(PairRedactor().redacted(pair).inputs[0].tensor.rawBytes == bytes)
    }

    @Test("Numbers are not searched and share their memory")
    func numbers() {
        let pair = Self.pair()
        let redacted = PairRedactor().redacted(pair)
        let places = [pair, redacted].map { pair in
            pair.inputs[0].tensor.bytes.withUnsafeBytes { $0.baseAddress.map { UInt(bitPattern: $0) } }
        }
        #expect(places[0] == places[1])
    }

    @Test("A rule that names a tensor empties it, whatever its datatype")
    func tensor() throws {
        let redactor = PairRedactor([.tensor("image"), .tensor("probabilities")])
        let pair = redactor.redacted(Self.pair())
        #expect(pair.inputs[0].tensor.shape == [0] && pair.inputs[0].tensor.bytes.count == 0)
        let body = try redactor.encoded(Self.pair())
        #expect(body.inputs[0].content.isRemoved && body.live[1].content.isRemoved && !body.live[0].content.isRemoved)
        #expect(RecordedRequest.line(body) == nil)
    }

    @Test("BYTES that are not made of elements are emptied")
    func malformed() {
        var pair = Self.pair()
        let bytes = TensorBytes(copying: [9, 0, 0, 0, 1])
        pair.inputs = [NamedTensor(name: "t", tensor: Tensor(datatype: .bytes, shape: [1], bytes: bytes))]
        #expect(PairRedactor().redacted(pair).inputs[0].tensor.bytes.count == 0)
    }

    @Test("Class names and JSON fields of the comparison are searched")
    func comparison() {
        let redactor = PairRedactor([.email, .path("$.user")])
        let redacted = redactor.redacted(Self.comparison(), live: Self.signature)
        for output in redacted.outputs + (redacted.noise ?? []) {
            #expect(output.liveClass == "positive" && output.candidateClass == "[email]")
            #expect(output.fields[0].live == "\"[redacted]\"" && output.fields[0].candidate == "\"[redacted]\"")
            #expect(output.fields[0].path.count == 9 && output.fields[0].path.first == "#")
            #expect(output.fields[1].path == "$['[email]']" && output.fields[1].candidate == "\"[email]\"")
            #expect(output.structure == "datatype BYTES, not FP32")
        }
    }

    @Test("A named output loses its classes and fields")
    func removedComparison() {
        let output = PairRedactor([.tensor("text")]).redacted(Self.comparison(), live: Self.signature).outputs[0]
        #expect(output.liveClass == "[redacted]" && output.candidateClass == "[redacted]")
        #expect(output.fields.map(\.kind) == [.value, .extra])
        #expect(output.fields.allSatisfy { $0.path.first == "#" && $0.live == nil && $0.candidate == nil })
        #expect(output.fields[0].path != output.fields[1].path)
        #expect(output.divergence == 1)
    }

    @Test("Modes hash and off leave no text, and equal texts equal", arguments: [CapturePolicy.Mode.hash, .off])
    func hashed(_ mode: CapturePolicy.Mode) throws {
        let redactor = PairRedactor(mode: mode)
        let pair = redactor.redacted(Self.pair())
        #expect(pair.segments[0].value == redactor.redacted(Self.pair()).segments[0].value)
        #expect(pair.segments[0].value != pair.segments[1].value)
        for text in [pair.requestID, pair.candidate.reason] + pair.segments.map(\.value) {
            #expect(text?.count == 9 && text?.first == "#")
        }
        #expect(pair.live.outputs[1].tensor.rawBytes == pair.noise?.outputs[1].tensor.rawBytes)
        #expect(pair.live.outputs[1].tensor.rawBytes != pair.candidate.outputs[1].tensor.rawBytes)
        let output = redactor.redacted(Self.comparison(), live: Self.signature).outputs[0]
        #expect(
            output.liveClass?.first == "#" && output.fields[0].path.first == "#" && output.fields[0].live?.first == "#"
        )
        #expect(output.structure == "datatype BYTES, not FP32")
    }

    @Test("Classes of numeric outputs stay readable in mode hash when they are whole numbers")
    func numericClasses() {
        var label = OutputComparison(name: "label", divergence: 1, diverged: true)
        label.liveClass = "7"
        label.candidateClass = "seven"
        var text = label
        text.name = "text"
        let redacted = PairRedactor(mode: .hash).redacted(PairComparison(outputs: [label, text]), live: Self.signature)
        #expect(redacted.outputs[0].liveClass == "7")
        #expect(redacted.outputs[0].candidateClass?.first == "#")
        #expect(redacted.outputs[1].liveClass?.first == "#")
    }

    @Test("Mode hash keeps names, datatypes and shapes beside hashes that depend on content and key")
    func hashBody() throws {
        let (one, again) = (PairRedactor(mode: .hash), PairRedactor(mode: .hash))
        let other = PairRedactor(policy: CapturePolicy(mode: .hash), key: [UInt8](repeating: 1, count: 32))
        let bodies = try [one, again, other].map { try $0.encoded(Self.pair()) }
        #expect(bodies[0].inputs[0].datatype == .fp32 && bodies[0].inputs[0].shape == [1, 64])
        #expect(bodies[0].inputs[0].hash?.count == 32 && bodies[0].inputs[0].tensor == nil)
        #expect(bodies[0].inputs == bodies[1].inputs)
        #expect(bodies[0].inputs != bodies[2].inputs)
        #expect(bodies[0].live[1] == bodies[0].noise?[1])
        #expect(bodies[0].live[1] != bodies[0].candidate[1])
    }

    @Test("A value that was cut in the middle of a secret shows nothing of it")
    func cut() {
        var pair = Self.pair()
        let padding = String(repeating: "x", count: 40) + " "
        for tail in ["some.body@examp", "4111 1111 1111 111", "ghp_0123456789abcdefAB", "Bearer abcdefgh"] {
            let value = String((String(repeating: " ", count: 64) + padding + tail).suffix(64))
            pair.segments = [Segment(key: "k", value: value)]
            let redacted = PairRedactor().redacted(pair).segments[0].value
            #expect(!redacted.contains(tail.suffix(8)), "\(redacted)")
        }
    }

    @Test("Mode full changes nothing")
    func full() {
        let pair = PairRedactor(mode: .full).redacted(Self.pair())
        #expect(pair.requestID == Self.pair().requestID)
        #expect(pair.inputs[1].tensor.rawBytes == Self.pair().inputs[1].tensor.rawBytes)
    }
}

extension KeptTensor.Content {
    fileprivate var isRemoved: Bool { if case .removed = self { true } else { false } }
}
