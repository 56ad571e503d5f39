import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Predict requests")
struct PredictRequestDecoderTests {
    private static let named = #"{"x":[1,2],"text":"a"}"#

    @Test("instances of the only input are plain values")
    func plain() throws {
        let (request, layout) = try Predictions.request(#"{"instances": [[1, 2.5], [3, 4]]}"#)
        #expect(layout == .rows)
        #expect(request.inputs[0].shape == [2, 2])
        #expect(request.inputs[0].values(Float.self) == [1, 2.5, 3, 4])
        #expect(request.outputs == [.init(index: 0, binary: false)])
        #expect(request.selectsAllOutputs)
    }

    @Test("instances are objects by name, also for the only input, in any order of names")
    func named() throws {
        let one = try Predictions.request(#"{"instances":[{"x":[1,2]},{"x":[3,4]}]}"#).request
        #expect(one.inputs[0].values(Float.self) == [1, 2, 3, 4])
        let two = try Predictions.request(
            #"{"signature_name":"serving_default","instances":[{"text":["a"],"x":[1,2]},{"x":[3,4],"text":["é"]}]}"#,
            Predictions.two
        ).request
        #expect(two.inputs.map(\.shape) == [[2, 2], [2, 1]])
        #expect(two.inputs[1].array == Requests.elements([[0x61], Array("é".utf8)]))
    }

    @Test("inputs are whole tensors, by name or without")
    func columns() throws {
        let plain = try Predictions.request(#"{"inputs":[[1,2],[3,4]],"signature_name":""}"#)
        #expect(plain.layout == .columns)
        #expect(plain.request.inputs[0].shape == [2, 2])
        let named = try Predictions.request(#"{"inputs":{"text":[["a"]],"x":[[1,2],[3,4],[5,6]]}}"#, Predictions.two)
        #expect(named.request.inputs.map(\.shape) == [[3, 2], [1, 1]])
    }

    @Test("a scalar is a value without a list")
    func scalar() throws {
        let spec = TensorSpec(name: "t", datatype: .fp32, shape: [])
        #expect(try Predictions.request(#"{"inputs":0.5}"#, [spec]).request.inputs[0].shape == [])
        #expect(try Predictions.request(#"{"inputs":{"t":0.5}}"#, [spec]).request.inputs[0].values(Float.self) == [0.5])
    }

    @Test("elements of BYTES are strings or base64")
    func base64() throws {
        let spec = TensorSpec(name: "s", datatype: .bytes, shape: [-1])
        let body = #"{"instances":["a",{"b64":"AP9h"},{"b64":""},{"b64":"YQ=="},{"b64":"YWI"}]}"#
        #expect(
            try Predictions.request(body, [spec]).request.inputs[0].array
                == Requests.elements([[0x61], [0, 0xFF, 0x61], [], [0x61], [0x61, 0x62]])
        )
        let first = try Predictions.request(#"{"instances":[{"b64":"YQ=="},"b"]}"#, [spec]).request.inputs[0]
        #expect(first.array == Requests.elements([[0x61], [0x62]]))
        let named = try Predictions.request(#"{"instances":[{"s":{"b64":"YQ=="}}]}"#, [spec]).request.inputs[0]
        #expect(named.array == Requests.elements([[0x61]]))
        let single = TensorSpec(name: "s", datatype: .bytes, shape: [])
        #expect(
            try Predictions.request(#"{"inputs":{"b64":"YQ=="}}"#, [single]).request.inputs[0].array
                == Requests.elements([[0x61]])
        )
    }

    @Test(
        "base64 that is none",
        arguments: ["A", "AAAAA", "A===", "AA=", "A A=", "AB-_", "====", "YQ==\\n", "Y\\u0000==", "YQ==YQ=="]
    )
    func badBase64(_ text: String) {
        let spec = TensorSpec(name: "s", datatype: .bytes, shape: [-1])
        let error = Predictions.requestRefusal(#"{"instances":["a",{"b64":"\#(text)"}]}"#, [spec])
        #expect(error?.message == "input 's' element 1 is not base64: A-Z, a-z, 0-9, + and /, padded with =")
    }

    @Test("dimensions of 1 at the end may be left out")
    func trailing() throws {
        for body in [
            #"{"instances":["a","b"]}"#, #"{"instances":[["a"],["b"]]}"#, #"{"instances":[{"text":"a"},{"text":"b"}]}"#,
            #"{"inputs":["a","b"]}"#,
        ] {
            #expect(try Predictions.request(body, [Predictions.text]).request.inputs[0].shape == [2, 1])
        }
        #expect(
            Predictions.requestRefusal(#"{"instances":[1,2]}"#)?.message
                == "input 'x' has shape [2], but this model takes [-1, 2]"
        )
    }

    @Test(
        "requests that are wrong, with the input at fault and what would be right",
        arguments: [
            ("", "the body is empty; a request is an object with instances"),
            ("[]", "the body must be an object, not an array"),
            ("{}", "the request has neither instances nor inputs; this model takes 'x'"),
            (#"{"instances":[[1,2]],"inputs":[[1,2]]}"#, "the request has both instances and inputs; send one of them"),
            (#"{"instances":[[1,2]],"instances":[[1,2]]}"#, "the key 'instances' occurs twice in one object"),
            (#"{"instances":{}}"#, "instances must be a list, not an object"),
            (#"{"instances":[]}"#, "instances is empty; it holds one item for each row of the batch"),
            (
                #"{"instances":[[1,2]],"signature_name":"regress"}"#,
                "signature_name must be the string 'serving_default', not the string 'regress'"
            ),
            (#"{"instances":[[1,2],[3]]}"#, "input 'x' has 1 elements in data where its shape [2, 2] needs 2"),
            (#"{"instances":[[1,2],[3,4,5]]}"#, "input 'x' has 3 elements in data where its shape [2, 2] needs 2"),
            (
                #"{"instances":[[1,2],3]}"#,
                "input 'x' has data nested unlike its shape [2, 2]: a list at depth 1 does not hold 2 lists"
            ),
            (#"{"instances":[[1,2,3]]}"#, "input 'x' has shape [1, 3], but this model takes [-1, 2]"),
            (#"{"instances":[[[1,2]]]}"#, "input 'x' has shape [1, 1, 2], but this model takes [-1, 2]"),
            (#"{"instances":[[]]}"#, "input 'x' has shape [1, 0], but this model takes [-1, 2]"),
            (#"{"inputs":[]}"#, "input 'x' has shape [0, 2]; dimensions are whole numbers from 1"),
            (
                #"{"instances":[[1,"2"]]}"#,
                "input 'x' element 1 is the string '2'; FP32 takes numbers up to 3.4028235e+38"
            ),
            (#"{"instances":[[1,null]]}"#, "input 'x' element 1 is null; FP32 takes numbers up to 3.4028235e+38"),
            (#"{"instances":[[1,{}]]}"#, "input 'x' element 1 is an object; FP32 takes numbers up to 3.4028235e+38"),
            (#"{"instances":[{"x":[1,2]},[1,2]]}"#, "item 1 of instances is an array, but the first one is an object"),
            (
                #"{"instances":[{"x":[1,2],"z":1}]}"#,
                "item 0 of instances has the unknown input 'z'; this model takes 'x'"
            ),
            (#"{"instances":[{"x":[1,2],"x":[1,2]}]}"#, "input 'x' is given twice in item 0 of instances"),
            (#"{"instances":[{"x":[1,2]},{}]}"#, "input 'x' is missing in item 1 of instances; this model takes 'x'"),
            (#"{"inputs":{}}"#, "input 'x' is missing in inputs; this model takes 'x'"),
            (#"{"inputs":{"y":[[1,2]]}}"#, "inputs has the unknown input 'y'; this model takes 'x'"),
            (
                #"{"instances":[{"x":[1,2]},{"x":[3]}]}"#,
                "input 'x' has the shape [1] in row 1, but [2] in row 0"
            ),
            (#"{"instances":[NaN]}"#, "the body is not JSON, at byte 14: expected a value"),
        ]
    )
    func wrong(_ json: String, _ message: String) {
        #expect(Predictions.requestRefusal(json) == InferenceError(.invalidRequest, message))
    }

    @Test("plain values for a model with several inputs")
    func ambiguous() {
        for json in [#"{"instances":[[1,2]]}"#, #"{"inputs":[[1,2]]}"#, #"{"inputs":{"b64":"AA=="}}"#] {
            #expect(
                Predictions.requestRefusal(json, Predictions.two)?.message.hasSuffix(
                    " holds plain values, but this model takes 2 inputs; name them in objects: 'x', 'text'"
                ) == true
            )
        }
    }

    @Test("lists that are flat where the first one is nested")
    func ragged() {
        let spec = TensorSpec(name: "x", datatype: .int8, shape: [-1, -1, -1])
        for json in [#"{"instances":[[[1,2],[3,4]],[5,6,7,8]]}"#, #"{"inputs":{"x":[[[1,2],[3,4]],[5,6,7,8]]}}"#] {
            #expect(
                Predictions.requestRefusal(json, [spec])?.message
                    == "input 'x' is nested unlike its first item, whose shape is [2, 2, 2]"
            )
        }
    }

    @Test("half precision has no form here", arguments: [DataType.fp16, .bf16])
    func halfPrecision(_ datatype: DataType) {
        let error = Predictions.requestRefusal(
            #"{"instances":[1]}"#,
            [TensorSpec(name: "h", datatype: datatype, shape: [-1])]
        )
        #expect(error?.code == .unsupported)
    }

    @Test("a first row that promises much costs nothing")
    func promises() throws {
        let wide = "[" + String(repeating: "1,", count: 9999) + "1]"
        let rows = String(repeating: #",{"x":[]}"#, count: 20_000)
        let spec = TensorSpec(name: "x", datatype: .fp64, shape: [-1, -1])
        #expect(
            Predictions.requestRefusal(#"{"instances":[{"x":\#(wide)}\#(rows)]}"#, [spec])?.message
                == "input 'x' has the shape [0] in row 1, but [10000] in row 0"
        )
        let deep = String(repeating: "[", count: 40) + "1" + String(repeating: "]", count: 40)
        #expect(
            Predictions.requestRefusal(#"{"inputs":\#(deep)}"#, [spec])?.message
                == "input 'x' is nested more than 32 deep"
        )
    }

    @Test("one decoder serves requests after refused ones")
    func reuse() throws {
        let decoder = PredictRequestDecoder()
        let signature = ModelSignature(inputs: [Predictions.floats], outputs: [])
        for body in [#"{"instances":[["#, #"{"instances":[[1,2]]}"#, "x", #"{"inputs":[[1,2]]}"#] {
            let error = Samples.refusal { () throws(InferenceError) in
                try decoder.decode(ByteBuffer(string: body), signature: signature)
            }
            #expect((error == nil) == body.hasSuffix("}"))
        }
    }
}
