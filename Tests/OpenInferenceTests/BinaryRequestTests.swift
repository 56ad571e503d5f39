import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Binary tensor data in requests")
struct BinaryRequestTests {
    private static let four = Requests.bytes([Float(1), 2, .nan, -0.0])

    private func body(size: String, shape: String = "[1,4]", datatype: String = "FP32", more: String = "") -> String {
        Requests.body(
            data: nil,
            shape: shape,
            datatype: datatype,
            more: ",\"parameters\":{\"binary_data_size\":\(size)}\(more)"
        )
    }

    @Test("values come through bit by bit, NaN included, whatever the alignment", arguments: 0..<17)
    func alignment(_ padding: Int) throws {
        let json = self.body(size: "16") + String(repeating: " ", count: padding)
        let tensor = try Requests.decode(json, binary: Self.four).inputs[0]
        #expect(tensor.array == Self.four)
        #expect(tensor.bytes.isAligned(to: 4))
    }

    @Test("aligned values share the body's memory and outlive it")
    func zeroCopy() throws {
        var json = self.body(size: "16")
        json += String(repeating: " ", count: (16 - json.utf8.count % 16) % 16)
        var body = ByteBuffer(string: json)
        let length = body.readableBytes
        body.writeBytes(Self.four)
        let start = body.withUnsafeReadableBytes { UInt(bitPattern: $0.baseAddress) + UInt(length) }
        let request = try InferRequestDecoder().decode(body, jsonLength: length, signature: Requests.floats)
        #expect(request.inputs[0].bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } == start)
        body.clear()
        body.writeRepeatingByte(0xFF, count: 512)
        #expect(request.inputs[0].array == Self.four)
    }

    @Test("binary and JSON inputs mix; binary ones are claimed in the order of the JSON")
    func mixed() throws {
        let signature = Requests.signature(
            TensorSpec(name: "a", datatype: .int32, shape: [2]),
            TensorSpec(name: "b", datatype: .bool, shape: [3]),
            TensorSpec(name: "c", datatype: .uint16, shape: [-1])
        )
        let json =
            "{\"inputs\":[{\"name\":\"c\",\"shape\":[2],\"datatype\":\"UINT16\",\"parameters\":{\"binary_data_size\":4}},"
            + "{\"name\":\"a\",\"shape\":[2],\"datatype\":\"INT32\",\"data\":[5,6]},"
            + "{\"name\":\"b\",\"shape\":[3],\"datatype\":\"BOOL\",\"parameters\":{\"binary_data_size\":3}}]}"
        let request = try Requests.decode(json, binary: [1, 0, 0xFF, 0xFF, 0, 1, 1], signature)
        #expect(request.inputs[0].values(Int32.self) == [5, 6])
        #expect(request.inputs[1].array == [0, 1, 1])
        #expect(request.inputs[2].values(UInt16.self) == [1, 65_535])
    }

    @Test("BYTES elements keep their length prefixes and need not be UTF-8")
    func elements() throws {
        let bytes = Requests.elements([[0xFF, 0], [], Array("abc".utf8)])
        let json = self.body(size: "\(bytes.count)", shape: "[3]", datatype: "BYTES")
        #expect(try Requests.decode(json, binary: bytes, Requests.of(.bytes)).inputs[0].array == bytes)
    }

    @Test("half precision is taken as binary", arguments: [DataType.fp16, .bf16])
    func halfPrecision(_ datatype: DataType) throws {
        let json = self.body(size: "4", shape: "[2]", datatype: "\(datatype)")
        #expect(
            try Requests.decode(json, binary: [0, 0x3C, 1, 2], Requests.of(datatype)).inputs[0].array == [
                0, 0x3C, 1, 2,
            ]
        )
    }

    @Test("a body that is all JSON may still carry the header")
    func headerWithoutBinary() throws {
        #expect(try Requests.decode(Requests.body(), binary: []).inputs[0].values(Float.self) == [1, 2, 3, 4])
    }

    @Test(
        "sizes that lie",
        arguments: [
            ("17", "input 'x' says binary_data_size 17, but only 16 bytes are left in the body"),
            (
                "9223372036854775807",
                "input 'x' says binary_data_size 9223372036854775807, but only 16 bytes are left in the body"
            ),
            ("12", "input 'x' has 12 bytes of binary data; 4 elements of FP32 need 16"),
            ("0", "input 'x' has 0 bytes of binary data; 4 elements of FP32 need 16"),
            ("-1", "binary_data_size of input 'x' must be a whole number of bytes, not -1"),
            ("16.0", "binary_data_size of input 'x' must be a whole number of bytes, not 16.0"),
            ("\"16\"", "binary_data_size of input 'x' must be a whole number of bytes, not the string '16'"),
            (
                "18446744073709551615",
                "binary_data_size of input 'x' must be a whole number of bytes, not 18446744073709551615"
            ),
        ]
    )
    func sizes(_ size: String, _ message: String) {
        let refusal = Requests.refusal(self.body(size: size), binary: Self.four)
        #expect(refusal == InferenceError(.invalidRequest, message))
    }

    @Test("bytes that no input claims")
    func unclaimed() {
        let refusal = Requests.refusal(self.body(size: "16"), binary: Self.four + [1, 2])
        #expect(refusal?.message == "2 bytes of the body belong to no input; check binary_data_size")
    }

    @Test("data beside binary_data_size")
    func both() {
        let json = Requests.body(more: ",\"parameters\":{\"binary_data_size\":16}")
        let refusal = Requests.refusal(json, binary: Self.four)
        #expect(refusal?.message == "input 'x' has both data and binary_data_size; send one of them")
    }

    @Test("a BOOL byte other than 0 and 1")
    func boolByte() {
        let json = self.body(size: "3", shape: "[3]", datatype: "BOOL")
        let refusal = Requests.refusal(json, binary: [0, 1, 2], Requests.of(.bool))
        #expect(refusal?.message == "input 'x' element 2 is the byte 2; BOOL takes 0 or 1")
    }

    @Test(
        "BYTES prefixes that lie",
        arguments: [
            (
                [UInt8](Requests.elements([[1, 2]]).dropLast()),
                "input 'x' element 0 says it is 2 bytes long, but 1 are left"
            ),
            ([255, 255, 255, 255, 1], "input 'x' element 0 says it is 4294967295 bytes long, but 1 are left"),
            ([1, 0, 0], "input 'x' has 0 BYTES elements in its binary data; its shape needs 1"),
            ([], "input 'x' has 0 BYTES elements in its binary data; its shape needs 1"),
            (Requests.elements([[1], [2]]), "input 'x' has 5 bytes after its 1 BYTES elements"),
        ]
    )
    func prefixes(_ bytes: [UInt8], _ message: String) {
        let json = self.body(size: "\(bytes.count)", shape: "[1]", datatype: "BYTES")
        let refusal = Requests.refusal(json, binary: bytes, Requests.of(.bytes))
        #expect(refusal == InferenceError(.invalidRequest, message))
    }

    @Test("a JSON length outside the body", arguments: [-1, 11, Int.max, Int.min])
    func jsonLength(_ length: Int) {
        let body = ByteBuffer(string: "{\"inputs\":")
        let error = #expect(throws: InferenceError.self) {
            try InferRequestDecoder().decode(body, jsonLength: length, signature: Requests.floats)
        }
        #expect(
            error?.message == "Inference-Header-Content-Length must be in the range 0 to 10, the length of the body"
        )
    }
}
