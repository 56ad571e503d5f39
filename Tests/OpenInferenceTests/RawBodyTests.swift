import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Raw bodies of one tensor")
struct RawBodyTests {
    private func decode(_ bytes: [UInt8], _ signature: ModelSignature) throws(InferenceError) -> InferRequest {
        try InferRequestDecoder().decode(ByteBuffer(bytes: bytes), jsonLength: 0, signature: signature)
    }

    private func refusal(_ bytes: [UInt8], _ signature: ModelSignature) -> String? {
        do throws(InferenceError) {
            _ = try self.decode(bytes, signature)
            return nil
        } catch {
            return error.message
        }
    }

    @Test(
        "the size gives the one dimension that varies",
        arguments: [([-1, 4], [1, 4]), ([4], [4]), ([-1], [4]), ([-1, 2, -1], [1, 2, 2]), ([2, 2], [2, 2])]
            as [([Int64], [Int64])]
    )
    func shape(_ declared: [Int64], _ expected: [Int64]) throws {
        let bytes = Requests.bytes([Float(1), 2, 3, 4])
        let request = try self.decode(bytes, Requests.of(.fp32, shape: declared))
        #expect(request.inputs[0].shape == expected)
        #expect(request.inputs[0].array == bytes)
        #expect(request.outputs == [.init(index: 0, binary: true), .init(index: 1, binary: true)])
        #expect(request.selectsAllOutputs)
    }

    @Test("BYTES are one element without a prefix", arguments: [[-1], [1], [-1, 1], [-1, -1]] as [[Int64]])
    func element(_ declared: [Int64]) throws {
        let request = try self.decode(Array("a film".utf8), Requests.of(.bytes, shape: declared))
        #expect(request.inputs[0].array == Requests.elements([Array("a film".utf8)]))
        #expect(request.inputs[0].shape == [Int64](repeating: 1, count: declared.count))
    }

    @Test("bodies and models that do not go together")
    func refusals() {
        #expect(
            self.refusal([1, 2, 3], Requests.floats)
                == "the body is 3 bytes long, which is no whole number of FP32 elements for shape [-1, 4]"
        )
        #expect(
            self.refusal([], Requests.floats)
                == "the body is 0 bytes long, which is no whole number of FP32 elements for shape [-1, 4]"
        )
        #expect(
            self.refusal([1, 2, 3], Requests.of(.fp32, shape: [1]))
                == "input 'x' has 3 bytes of binary data; 1 elements of FP32 need 4"
        )
        #expect(
            self.refusal([1], Requests.of(.int8, shape: [2, -1, -1]))
                == "a raw body does not say its shape, and input 'x' varies in more than one dimension: [2, -1, -1]; send an"
                + " infer request with a shape"
        )
        #expect(
            self.refusal([1], Requests.of(.bytes, shape: [-1, 2]))
                == "a raw body is one BYTES element, but input 'x' has shape [-1, 2]"
        )
        let two = Requests.signature(
            TensorSpec(name: "a", datatype: .int8, shape: [1]),
            TensorSpec(name: "b", datatype: .int8, shape: [1])
        )
        #expect(self.refusal([1], two) == "a raw body works only for a model with one input; this one takes 'a', 'b'")
    }
}
