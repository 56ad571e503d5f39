import InferOracle
import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

/// Changed answers and requests are refused with a reason or decoded into what was declared, and nothing traps.
@Suite("Mutated bodies")
struct MutationTests {
    private static let rounds = 2000
    private static let specs = [
        TensorSpec(name: "a", datatype: .fp32, shape: [-1, 2]), TensorSpec(name: "b", datatype: .bytes, shape: [-1]),
        TensorSpec(name: "c", datatype: .bool, shape: [-1, 1, -1]), TensorSpec(name: "d", datatype: .fp64, shape: [-1]),
    ]
    private static let signature = ModelSignature(inputs: specs, outputs: specs)
    private static var tensors: [Tensor] {
        [
            Tensor(.fp32, [2, 2], [Float(0.5), -1e-9, 3, 4]),
            Tensor([2], elements: [Array("a\"é".utf8), []]),
            Tensor(.bool, [2, 1, 3], [UInt8(0), 1, 1, 0, 0, 1]),
            Tensor(.fp64, [2], [Double.pi, -1e300]),
        ]
    }
    private static let request = InferRequest(
        inputs: [],
        outputs: specs.indices.map { .init(index: $0, binary: false) }
    )

    /// What is wrong with the outcome of decoding `bytes`; a refusal is right.
    private func violations(_ specs: [TensorSpec], _ decode: () throws(InferenceError) -> [Tensor]) -> [String] {
        do throws(InferenceError) {
            let request = InferRequest(inputs: try decode(), outputs: [])
            return InferOracle.violations(request, ModelSignature(inputs: specs, outputs: []))
        } catch {
            return error.message.isEmpty || error.code == .internal ? ["\(error)"] : []
        }
    }

    @Test("infer answers, and their names")
    func inferAnswers() throws {
        let encoder = InferResponseEncoder(model: "m", version: "1", signature: Self.signature)
        var json = ByteBuffer()
        _ = try encoder.encode(Self.request, outputs: Self.tensors, into: &json)
        let other =
            #"{"outputs":[{"name":"d","shape":[3],"datatype":"FP64","data":[NaN,null,"Infinity"],"parameters":null},"#
            + #"{"name":"x","datatype":"?","data":{}},{"name":"a","shape":[1,2],"datatype":"FP32","data":[[1,2]]}],"#
            + #""id":"i","model_name":"m","model_version":null}"#
        var mutations = Mutations([Array(json.readableBytesView), Array(other.utf8)], seed: 11)
        let decoder = InferResponseDecoder()
        let rewriter = InferResponseRewriter(model: "other", version: "22")
        for _ in 0..<Self.rounds {
            let bytes = mutations.next()
            let body = ByteBuffer(bytes: bytes)
            let decode = { (body: ByteBuffer) throws(InferenceError) in
                try decoder.decode(body, jsonLength: nil, signature: Self.signature)
            }
            let wrong = self.violations(Self.specs) { () throws(InferenceError) in try decode(body) }
            #expect(wrong.isEmpty, "\(wrong) \(bytes)")
            guard let rewritten = rewriter.rewrite(body, jsonLength: nil) else { continue }
            var whole = rewritten.head
            whole.writeImmutableBuffer(rewritten.rest)
            #expect(whole.readableBytes == bytes.count + rewritten.growth)
            // A value that is replaced may have been what was wrong.
            guard let before = try? decode(body) else { continue }
            #expect(try decode(whole).map(\.content) == before.map(\.content), "\(bytes)")
        }
    }

    @Test("infer answers with binary data")
    func binaryAnswers() throws {
        var request = Self.request
        request.outputs = Self.specs.indices.map { .init(index: $0, binary: $0 != 2) }
        let encoder = InferResponseEncoder(model: "m", version: "1", signature: Self.signature)
        var body = ByteBuffer()
        let length = try #require(try encoder.encode(request, outputs: Self.tensors, into: &body))
        var mutations = Mutations([Array(body.readableBytesView)], seed: 12)
        let decoder = InferResponseDecoder()
        var random = SeededRandom(seed: 13)
        for _ in 0..<Self.rounds {
            let bytes = mutations.next()
            let given = random.next() % 4 == 0 ? Int(random.next() % 512) : length + bytes.count - body.readableBytes
            let wrong = self.violations(Self.specs) { () throws(InferenceError) in
                try decoder.decode(ByteBuffer(bytes: bytes), jsonLength: given, signature: Self.signature)
            }
            #expect(wrong.isEmpty, "\(wrong) \(given) \(bytes)")
        }
    }

    @Test("predict requests")
    func predictRequests() throws {
        let encoder = PredictRequestEncoder(signature: Self.signature)
        var rows = ByteBuffer()
        try encoder.encode(Self.tensors, into: &rows)
        let single = PredictRequestEncoder(signature: ModelSignature(inputs: [Self.specs[1]], outputs: []))
        var texts = ByteBuffer()
        try single.encode([Tensor([2], elements: [[0xFF, 0xFE], [0x61]])], into: &texts)
        let columns = #"{"inputs":{"a":[[1,2]],"b":["x",{"b64":"YQ=="}],"c":[[[true]]],"d":[]}}"#
        let seeds = [Array(rows.readableBytesView), Array(texts.readableBytesView), Array(columns.utf8)]
        var mutations = Mutations(seeds, seed: 14)
        let decoder = PredictRequestDecoder()
        for _ in 0..<Self.rounds {
            let bytes = mutations.next()
            for specs in [Self.specs, [Self.specs[1]]] {
                let wrong = self.violations(specs) { () throws(InferenceError) in
                    try decoder.decode(ByteBuffer(bytes: bytes), signature: .init(inputs: specs, outputs: []))
                        .request.inputs
                }
                #expect(wrong.isEmpty, "\(wrong) \(bytes)")
            }
        }
    }

    @Test("predict answers")
    func predictAnswers() throws {
        let encoder = PredictResponseEncoder(signature: Self.signature)
        var seeds: [[UInt8]] = [
            Array(#"{"predictions":[]}"#.utf8), Array(#"{"predictions":[[1,NaN],[null,"inf"]]}"#.utf8),
            Array(#"{"predictions":[{"b64":"/w=="},"a"]}"#.utf8), Array(#"{"predictions":[[],[]],"error":"x"}"#.utf8),
        ]
        for layout in [PredictLayout.rows, .columns] {
            var body = ByteBuffer()
            try encoder.encode(Self.request, outputs: Self.tensors, layout: layout, into: &body)
            seeds.append(Array(body.readableBytesView))
        }
        var mutations = Mutations(seeds, seed: 15)
        let decoder = PredictResponseDecoder()
        for _ in 0..<Self.rounds {
            let bytes = mutations.next()
            for specs in [Self.specs] + Self.specs.map({ [$0] }) {
                let wrong = self.violations(specs) { () throws(InferenceError) in
                    try decoder.decode(ByteBuffer(bytes: bytes), signature: .init(inputs: [], outputs: specs))
                }
                #expect(wrong.isEmpty, "\(wrong) \(bytes)")
            }
        }
    }

    @Test("metadata and refusals")
    func metadata() {
        let body = MetadataEncoder.modelMetadata(
            name: "m",
            versions: ["1", "2"],
            platform: "p",
            signature: Self.signature
        )
        let refusal = #"{"detail":[{"type":"x","msg":"m"}],"error":{"message":"é"}}"#
        var mutations = Mutations([Array(body.readableBytesView), Array(refusal.utf8)], seed: 16)
        for _ in 0..<Self.rounds {
            let bytes = ByteBuffer(bytes: mutations.next())
            for status in [200, 400] {
                do throws(InferenceError) {
                    let signature = try ModelMetadataDecoder.decode(bytes, status: status).signature
                    #expect(!signature.inputs.isEmpty && !signature.outputs.isEmpty && status == 200)
                    #expect((signature.inputs + signature.outputs).allSatisfy { $0.shape.allSatisfy { $0 >= -1 } })
                } catch {
                    #expect(!error.message.isEmpty && error.code != .internal)
                }
            }
        }
    }
}
