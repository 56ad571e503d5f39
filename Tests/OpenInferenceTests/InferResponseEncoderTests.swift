import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Infer answers")
struct InferResponseEncoderTests {
    private static let signature = ModelSignature(
        inputs: [],
        outputs: [
            TensorSpec(name: "label", datatype: .int64, shape: [-1]),
            TensorSpec(name: "prob", datatype: .fp32, shape: [-1, 2]),
        ]
    )

    private static let outputs = [
        Tensor(.int64, [1], [Int64(7)]),
        Tensor(.fp32, [1, 2], [Float(0.1), 1]),
    ]

    private func request(_ binary: [Bool] = [false, false], id: String? = nil) -> InferRequest {
        InferRequest(
            id: id,
            inputs: [],
            outputs: binary.enumerated().map { .init(index: $0.offset, binary: $0.element) }
        )
    }

    private func encode(
        _ request: InferRequest,
        _ outputs: [Tensor] = Self.outputs,
        _ signature: ModelSignature = Self.signature
    ) throws(InferenceError) -> (text: String, jsonLength: Int?, bytes: [UInt8]) {
        var buffer = ByteBuffer(string: "before")
        let encoder = InferResponseEncoder(model: "m", version: "3", signature: signature)
        let jsonLength = try encoder.encode(request, outputs: outputs, into: &buffer)
        #expect(buffer.readString(length: 6) == "before")
        let length = jsonLength ?? buffer.readableBytes
        let text = buffer.readString(length: length) ?? ""
        return (text, jsonLength, Array(buffer.readableBytesView))
    }

    /// The error of encoding one output `y`, as JSON unless `binary`; nil if it succeeds.
    private func refusal(_ declared: TensorSpec, _ tensor: Tensor, binary: Bool = false) -> InferenceError? {
        do throws(InferenceError) {
            _ = try self.encode(self.request([binary]), [tensor], ModelSignature(inputs: [], outputs: [declared]))
            return nil
        } catch {
            return error
        }
    }

    private func data(_ datatype: DataType, _ tensor: Tensor) throws -> String {
        let spec = TensorSpec(name: "y", datatype: datatype, shape: [-1])
        let answer = try self.encode(self.request([false]), [tensor], ModelSignature(inputs: [], outputs: [spec]))
        let start = try #require(answer.text.firstRange(of: "\"data\":"))
        return String(answer.text[start.upperBound...].dropLast(3))
    }

    @Test("a JSON answer, to the byte")
    func json() throws {
        let answer = try self.encode(self.request(id: "a\"\\\u{1}é"))
        #expect(answer.jsonLength == nil)
        #expect(answer.bytes.isEmpty)
        #expect(
            answer.text
                == "{\"model_name\":\"m\",\"model_version\":\"3\",\"id\":\"a\\\"\\\\\\u0001é\",\"outputs\":["
                + "{\"name\":\"label\",\"datatype\":\"INT64\",\"shape\":[1],\"data\":[7]},"
                + "{\"name\":\"prob\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[0.1,1.0]}]}"
        )
    }

    @Test("a mixed answer, to the byte, with the length of its JSON")
    func mixed() throws {
        let answer = try self.encode(self.request([true, false]))
        #expect(answer.jsonLength == answer.text.utf8.count)
        #expect(answer.bytes == [7, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            answer.text
                == "{\"model_name\":\"m\",\"model_version\":\"3\",\"outputs\":["
                + "{\"name\":\"label\",\"datatype\":\"INT64\",\"shape\":[1],\"parameters\":{\"binary_data_size\":8}},"
                + "{\"name\":\"prob\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[0.1,1.0]}]}"
        )
    }

    @Test("outputs come in the order asked for")
    func order() throws {
        var request = self.request()
        request.outputs = [.init(index: 1, binary: true), .init(index: 0, binary: true)]
        let answer = try self.encode(request, Self.outputs.reversed())
        #expect(answer.bytes == Requests.bytes([Float(0.1), 1]) + [7, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("numbers are the shortest text that reads back the same, and whole floats stay floats")
    func numbers() throws {
        let floats: [Float] = [
            0, -0.0, 1, -1.5, 0.1, 1e20, 16_777_216, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            .leastNormalMagnitude,
        ]
        #expect(
            try self.data(.fp32, Tensor(.fp32, [10], floats))
                == "[0.0,-0.0,1.0,-1.5,0.1,1e+20,16777216.0,1e-45,3.4028235e+38,1.1754944e-38]"
        )
        let doubles = [0.1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0x1p67]
        #expect(
            try self.data(.fp64, Tensor(.fp64, [4], doubles))
                == "[0.1,5e-324,1.7976931348623157e+308,147573952589676412928.0]"
        )
        #expect(try self.data(.int8, Tensor(.int8, [2], [Int8.min, .max])) == "[-128,127]")
        #expect(try self.data(.uint64, Tensor(.uint64, [2], [UInt64.min, .max])) == "[0,18446744073709551615]")
        #expect(try self.data(.bool, Tensor(.bool, [2], [UInt8(0), 1])) == "[false,true]")
    }

    @Test("BYTES are escaped as JSON demands")
    func strings() throws {
        let tensor = Tensor([3], elements: [Array("a\"\\/\u{8}\n\r\t\u{1f}\u{7f}é😀".utf8), [], [0]])
        #expect(
            try self.data(.bytes, tensor) == "[\"a\\\"\\\\/\\u0008\\n\\r\\t\\u001f\u{7f}é😀\",\"\",\"\\u0000\"]"
        )
    }

    @Test("nothing but control characters still fits the room reserved", arguments: [0, 1, 5, 4096])
    func worstCase(_ count: Int) throws {
        let tensor = Tensor([1], elements: [[UInt8](repeating: 1, count: count)])
        let data = try self.data(.bytes, tensor)
        #expect(data == "[\"" + String(repeating: "\\u0001", count: count) + "\"]")
        let answer = try self.encode(self.request(id: String(repeating: "\u{1}", count: 1024)))
        #expect(answer.text.contains(String(repeating: "\\u0001", count: 1024)))
    }

    @Test("an empty batch is an empty list")
    func empty() throws {
        #expect(try self.data(.fp32, Tensor(.fp32, [0], [Float]())) == "[]")
        #expect(try self.data(.bytes, Tensor([0], elements: [])) == "[]")
    }

    @Test(
        "NaN and infinity have no JSON form, but pass as binary",
        arguments: [Float.nan, .infinity, -.infinity]
    )
    func notFinite(_ value: Float) {
        let spec = TensorSpec(name: "y", datatype: .fp32, shape: [-1])
        let tensor = Tensor(.fp32, [3], [1, 2, value])
        #expect(
            self.refusal(spec, tensor)
                == InferenceError(
                    .invalidOutput,
                    "output 'y' holds NaN or infinity at element 2, which JSON cannot express; ask for binary output"
                )
        )
        #expect(self.refusal(spec, tensor, binary: true) == nil)
    }

    @Test("half precision and text that is not UTF-8 have no JSON form, but pass as binary")
    func binaryOnly() {
        let half = TensorSpec(name: "y", datatype: .fp16, shape: [1])
        let tensor = Tensor(.fp16, [1], [UInt16(0x3C00)])
        #expect(self.refusal(half, tensor)?.code == .unsupported)
        #expect(self.refusal(half, tensor, binary: true) == nil)
        let text = TensorSpec(name: "y", datatype: .bytes, shape: [2])
        let bytes = Tensor([2], elements: [[0x61], [0xC3]])
        #expect(
            self.refusal(text, bytes)?.message
                == "output 'y' element 1 is not UTF-8, so JSON cannot express it; ask for binary output"
        )
        #expect(self.refusal(text, bytes, binary: true) == nil)
    }

    @Test("a model that does not answer what it declared")
    func contradictions() {
        let spec = TensorSpec(name: "y", datatype: .fp32, shape: [-1, 2])
        #expect(
            self.refusal(spec, Tensor(.fp32, [1, 3], [Float](repeating: 0, count: 3)))?.message
                == "output 'y' came as FP32 [1, 3]; the model declares FP32 [-1, 2]"
        )
        #expect(self.refusal(spec, Tensor(.int32, [1, 2], [Int32(0), 0]))?.code == .invalidOutput)
        #expect(self.refusal(spec, Tensor(.fp32, [2, 2], [Float(0)]))?.code == .invalidOutput)
        #expect(self.refusal(spec, Tensor(.fp32, [-1, 2], [Float(0)]))?.code == .invalidOutput)
        #expect(self.refusal(spec, Tensor(.fp32, [.max, 2], [Float(0)]), binary: true)?.code == .invalidOutput)
        let text = TensorSpec(name: "y", datatype: .bytes, shape: [-1])
        for bytes in [[1, 0, 0, 0], [1, 0, 0], [0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0]] as [[UInt8]] {
            let tensor = Tensor(datatype: .bytes, shape: [1], bytes: TensorBytes(copying: bytes))
            #expect(self.refusal(text, tensor)?.code == .invalidOutput)
        }
    }

    @Test("an answer with too few outputs leaves the buffer as it was")
    func failureWritesNothing() {
        var buffer = ByteBuffer(string: "before")
        let encoder = InferResponseEncoder(model: "m", version: "1", signature: Self.signature)
        #expect(throws: InferenceError.self) {
            try encoder.encode(self.request(), outputs: [Self.outputs[0]], into: &buffer)
        }
        #expect(throws: InferenceError.self) {
            try encoder.encode(
                self.request(),
                outputs: [Self.outputs[0], Tensor(.fp32, [1, 2], [Float.nan, 1])],
                into: &buffer
            )
        }
        #expect(String(buffer: buffer) == "before")
    }
}
