import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("JSON infer requests")
struct InferRequestDecoderTests {
    @Test(
        "data may be flat or nested as the shape",
        arguments: [
            ("[1,2,3,4,5,6,7,8]", "[2,4]"), ("[[1,2,3,4],[5,6,7,8]]", "[2,4]"),
            ("[ [1.0,2e0,30e-1,4] , [5,6,7,8.0] ]", "[2,4]"),
        ]
    )
    func nesting(_ data: String, _ shape: String) throws {
        let request = try Requests.decode(Requests.body(data: data, shape: shape))
        #expect(request.inputs[0].values(Float.self) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(request.inputs[0].shape == [2, 4])
    }

    @Test("inner dimensions may be flat while outer ones are nested")
    func partlyNested() throws {
        let json = Requests.body(data: "[[1,2,3,4],[5,6,7,8]]", shape: "[2,2,2]")
        let request = try Requests.decode(json, Requests.of(.fp32, shape: [-1, 2, 2]))
        #expect(request.inputs[0].values(Float.self) == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test("without outputs all are answered, as JSON, and no id is made up")
    func defaults() throws {
        let request = try Requests.decode(Requests.body())
        #expect(request.id == nil)
        #expect(request.timeoutMicroseconds == nil)
        #expect(request.selectsAllOutputs)
        #expect(request.outputs == [.init(index: 0, binary: false), .init(index: 1, binary: false)])
    }

    @Test("id and timeout are read, unknown keys and parameters are ignored")
    func topLevel() throws {
        let top =
            "\"id\":\"a\\u00e9\",\"later\":[{\"inputs\":1}],\"parameters\":{\"timeout\":250,\"priority\":2,\"k\":\"v\"},"
        let request = try Requests.decode(Requests.body(more: ",\"unit\":\"px\",\"parameters\":{\"k\":1}", top: top))
        #expect(request.id == "aé")
        #expect(request.timeoutMicroseconds == 250)
    }

    @Test(
        "an output's own binary_data wins over the request's binary_data_output",
        arguments: [
            ("", "", [false, false]),
            ("\"parameters\":{\"binary_data_output\":true},", "", [true, true]),
            (
                "\"parameters\":{\"binary_data_output\":true},", ",\"parameters\":{\"binary_data\":false}",
                [false, true]
            ),
            ("", ",\"parameters\":{\"binary_data\":true}", [true, false]),
        ]
    )
    func outputSelection(_ parameters: String, _ own: String, _ binary: [Bool]) throws {
        let top = "\"outputs\":[{\"name\":\"probabilities\"\(own)},{\"name\":\"label\"}],\(parameters)"
        let request = try Requests.decode(Requests.body(top: top))
        #expect(!request.selectsAllOutputs)
        #expect(request.outputs == [.init(index: 1, binary: binary[0]), .init(index: 0, binary: binary[1])])
    }

    @Test("null and empty outputs mean all", arguments: ["null", "[]"])
    func noSelection(_ outputs: String) throws {
        #expect(try Requests.decode(Requests.body(top: "\"outputs\":\(outputs),")).selectsAllOutputs)
    }

    @Test("inputs are put into the signature's order")
    func inputOrder() throws {
        let names = ["a", "b", "c", "d"]
        let signature = ModelSignature(
            inputs: names.map { TensorSpec(name: $0, datatype: .int8, shape: [1]) },
            outputs: []
        )
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 3, 1], [1, 0, 2, 3]] {
            let inputs = order.map {
                "{\"name\":\"\(names[$0])\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[\($0)]}"
            }
            let request = try Requests.decode("{\"inputs\":[\(inputs.joined(separator: ","))]}", signature)
            #expect(request.inputs.map { $0.values(Int8.self)[0] } == [0, 1, 2, 3])
        }
    }

    @Test("whole numbers at the ends of each type are exact")
    func integerLimits() throws {
        func check<Value: FixedWidthInteger & BitwiseCopyable & Equatable>(_ type: DataType, _: Value.Type) throws {
            let json = Requests.body(data: "[\(Value.min),0,\(Value.max)]", shape: "[3]", datatype: "\(type)")
            let request = try Requests.decode(json, Requests.of(type))
            #expect(request.inputs[0].values(Value.self) == [Value.min, 0, Value.max])
        }
        try check(.int8, Int8.self)
        try check(.int16, Int16.self)
        try check(.int32, Int32.self)
        try check(.int64, Int64.self)
        try check(.uint8, UInt8.self)
        try check(.uint16, UInt16.self)
        try check(.uint32, UInt32.self)
        try check(.uint64, UInt64.self)
    }

    @Test("floating point takes whole numbers of any size, and keeps extremes")
    func floatExtremes() throws {
        let json = Requests.body(data: "[18446744073709551615,-9223372036854775808,3.4028235e38,1e-45]")
        let values = try Requests.decode(json).inputs[0].values(Float.self)
        #expect(values == [0x1p64, -0x1p63, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
        let doubles = Requests.body(data: "[1.7976931348623157e308,5e-324,-0.0]", shape: "[3]", datatype: "FP64")
        let read = try Requests.decode(doubles, Requests.of(.fp64)).inputs[0].values(Double.self)
        #expect(
            read.map(\.bitPattern) == [Double.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0].map(\.bitPattern)
        )
    }

    @Test("BOOL takes true, false, 1 and 0")
    func bools() throws {
        let json = Requests.body(data: "[true,false,1,0]", shape: "[4]", datatype: "BOOL")
        #expect(try Requests.decode(json, Requests.of(.bool)).inputs[0].array == [1, 0, 1, 0])
    }

    @Test("BYTES are the strings' UTF-8, escapes decoded")
    func strings() throws {
        let json = Requests.body(
            data: "[[\"a\\u0000\\\"\"],[\"\"],[\"\\ud83d\\ude00 é\"]]",
            shape: "[3,1]",
            datatype: "BYTES"
        )
        let tensor = try Requests.decode(json, Requests.of(.bytes, shape: [-1, 1])).inputs[0]
        #expect(tensor.array == Requests.elements([[0x61, 0, 0x22], [], Array("😀 é".utf8)]))
    }

    @Test("a scalar is a list of one")
    func scalar() throws {
        let json = Requests.body(data: "[7]", shape: "[]", datatype: "INT32")
        let tensor = try Requests.decode(json, Requests.of(.int32, shape: [])).inputs[0]
        #expect(tensor.values(Int32.self) == [7])
        #expect(tensor.shape == [])
    }

    @Test("one decoder serves requests of every size after each other, refused ones between")
    func reuse() throws {
        var limits = DecodeLimits()
        limits.retainedJSONBytes = 4096
        let decoder = InferRequestDecoder(limits: limits)
        let signature = Requests.of(.int32)
        for count in [1, 10, 100_000, 3, 50_000, 1] {
            let data = "[" + (0..<count).map { String($0) }.joined(separator: ",") + "]"
            let json = Requests.body(data: data, shape: "[\(count)]", datatype: "INT32")
            let request = try decoder.decode(ByteBuffer(string: json), jsonLength: nil, signature: signature)
            #expect(request.inputs[0].values(Int32.self) == (0..<Int32(count)).map { $0 })
            #expect(throws: InferenceError.self) {
                try decoder.decode(ByteBuffer(string: String(json.dropLast())), jsonLength: nil, signature: signature)
            }
        }
    }
}
