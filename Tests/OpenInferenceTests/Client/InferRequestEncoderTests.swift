import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

@Suite("Infer requests to a backend")
struct InferRequestEncoderTests {
    private static let signature = ModelSignature(
        inputs: [
            TensorSpec(name: "x", datatype: .fp32, shape: [-1, 2]),
            TensorSpec(name: "text", datatype: .bytes, shape: [-1]),
        ],
        outputs: [
            TensorSpec(name: "label", datatype: .int64, shape: [-1]),
            TensorSpec(name: "p", datatype: .fp32, shape: [-1, 2]),
        ]
    )
    private static let inputs = [
        Tensor(.fp32, [1, 2], [Float(0.5), -1]), Tensor([1], elements: [Array("a\"b".utf8)]),
    ]

    private func encode(
        _ inputs: [Tensor] = Self.inputs,
        form: InferRequestEncoder.Form = .json,
        outputs: [Int]? = nil,
        id: String? = nil,
        _ signature: ModelSignature = Self.signature
    ) throws(InferenceError) -> (body: ByteBuffer, jsonLength: Int?) {
        var buffer = ByteBuffer()
        let encoder = InferRequestEncoder(signature: signature, form: form)
        let length = try encoder.encode(inputs, outputs: outputs, id: id, into: &buffer)
        return (buffer, length)
    }

    @Test("a JSON request, to the byte")
    func json() throws {
        let request = try self.encode(id: "r\n1")
        #expect(request.jsonLength == nil)
        #expect(
            String(buffer: request.body)
                == #"{"id":"r\n1","inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[0.5,-1.0]},"#
                + #"{"name":"text","datatype":"BYTES","shape":[1],"data":["a\"b"]}]}"#
        )
    }

    @Test("a binary request, to the byte, with the length of its JSON")
    func binary() throws {
        var request = try self.encode(form: .binary)
        let json = try #require(request.jsonLength)
        #expect(
            request.body.readString(length: json)
                == #"{"parameters":{"binary_data_output":true},"#
                + #""inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}},"#
                + #"{"name":"text","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":7}}]}"#
        )
        #expect(Array(request.body.readableBytesView) == Self.inputs.flatMap(\.array))
    }

    @Test("outputs are listed when some are asked for, in that order")
    func outputs() throws {
        let some = String(buffer: try self.encode(outputs: [1, 0]).body)
        #expect(some.hasSuffix(#"],"outputs":[{"name":"p"},{"name":"label"}]}"#))
        let decoder = InferRequestDecoder()
        let request = try decoder.decode(ByteBuffer(string: some), jsonLength: nil, signature: Self.signature)
        #expect(request.outputs == [.init(index: 1, binary: false), .init(index: 0, binary: false)])
    }

    @Test("half precision goes and is asked for as binary data, also where the rest is JSON")
    func halfPrecision() throws {
        let specs = [
            TensorSpec(name: "h", datatype: .fp16, shape: [1]), TensorSpec(name: "b", datatype: .bf16, shape: [1]),
            TensorSpec(name: "i", datatype: .int8, shape: [1]),
        ]
        let signature = ModelSignature(inputs: specs, outputs: specs)
        let inputs = [
            Tensor(.fp16, [1], [UInt16(0x3C00)]), Tensor(.bf16, [1], [UInt16(1)]), Tensor(.int8, [1], [Int8(-3)]),
        ]
        let (body, length) = try self.encode(inputs, form: .json, signature)
        let request = try InferRequestDecoder().decode(body, jsonLength: length, signature: signature)
        #expect(request.inputs.map(\.content) == inputs.map(\.content))
        #expect(request.outputs.map(\.binary) == [true, true, false])
        #expect(String(buffer: body).contains(#""shape":[1],"data":[-3]"#))
    }

    @Test("the server's own decoder reads back what was sent", arguments: DataType.allCases)
    func roundTrip(_ datatype: DataType) throws {
        var random = SeededRandom(seed: UInt64(datatype.rawValue))
        for shape in [[], [1], [3], [2, 3], [1, 4, 1, 2]] as [[Int64]] {
            let spec = TensorSpec(name: "x", datatype: datatype, shape: shape.map { _ in -1 })
            let signature = ModelSignature(inputs: [spec, spec.renamed("y")], outputs: [spec])
            for form in [InferRequestEncoder.Form.json, .binary] {
                let inputs = (0..<2).map { _ in
                    Samples.tensor(datatype, shape, &random, arbitrary: form == .binary)
                }
                let (body, length) = try self.encode(inputs, form: form, id: "i", signature)
                let request = try InferRequestDecoder().decode(body, jsonLength: length, signature: signature)
                #expect(request.inputs.map(\.content) == inputs.map(\.content))
                #expect(request.id == "i")
                #expect(request.outputs == [.init(index: 0, binary: form == .binary || datatype.isHalf)])
            }
        }
    }

    @Test("what JSON cannot hold is refused by name, and the buffer stays as it was")
    func refusals() {
        func refusal(_ datatype: DataType, _ tensor: Tensor) -> InferenceError? {
            let spec = TensorSpec(name: "x", datatype: datatype, shape: [-1])
            let encoder = InferRequestEncoder(signature: .init(inputs: [spec], outputs: []), form: .json)
            var buffer = ByteBuffer(string: "before")
            let error = Samples.refusal { () throws(InferenceError) in
                try encoder.encode([tensor], into: &buffer)
            }
            #expect(String(buffer: buffer) == "before")
            return error
        }
        #expect(
            refusal(.fp32, Tensor(.fp32, [2], [Float(1), .nan]))?.message
                == "input 'x' holds NaN or infinity at element 1, which JSON cannot express; the backend is not said to"
                + " take binary data"
        )
        #expect(
            refusal(.bytes, Tensor([2], elements: [[0x61], [0xFF]]))?.message
                == "input 'x' element 1 is not UTF-8, so JSON cannot express it; the backend is not said to take binary"
                + " data"
        )
        #expect(
            refusal(.fp32, Tensor(.int32, [1], [Int32(1)]))
                == InferenceError(.invalidRequest, "input 'x' came as INT32 [1]; this model takes FP32 [-1]")
        )
        #expect(refusal(.fp32, Tensor(.fp32, [3], [Float(1)]))?.code == .invalidRequest)
    }

    @Test("too few inputs and outputs that do not exist")
    func counts() {
        #expect(
            Samples.refusal { () throws(InferenceError) in try self.encode([Self.inputs[0]]) }?.message
                == "1 inputs were given; this model takes 'x', 'text'"
        )
        for outputs in [[2], [-1], [0, .max]] {
            #expect(
                Samples.refusal { () throws(InferenceError) in try self.encode(outputs: outputs) }?.code == .internal
            )
        }
    }
}

extension TensorSpec {
    func renamed(_ name: String) -> TensorSpec { TensorSpec(name: name, datatype: self.datatype, shape: self.shape) }
}

extension DataType {
    var isHalf: Bool { self == .fp16 || self == .bf16 }
}
