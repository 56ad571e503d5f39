import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

@Suite("Infer answers of a backend")
struct InferResponseDecoderTests {
    @Test("Triton, JSON")
    func triton() throws {
        let tensors = try Answers.decode(
            #"{"id":"42","model_name":"digits","model_version":"1","parameters":{"sequence_id":0,"#
                + #""sequence_start":false,"sequence_end":false},"outputs":["#
                + #"{"name":"label","datatype":"INT64","shape":[2],"data":[7,-1]},"#
                + #"{"name":"p","datatype":"FP32","shape":[2,2],"data":[0.25,0.75,1.0,1e-45]}]}"#
        )
        #expect(tensors.map(\.shape) == [[2], [2, 2]])
        #expect(tensors[0].values(Int64.self) == [7, -1])
        #expect(tensors[1].values(Float.self) == [0.25, 0.75, 1, .leastNonzeroMagnitude])
    }

    @Test("Triton, binary data behind the JSON")
    func tritonBinary() throws {
        let values = Requests.bytes([Int64(3)]) + Requests.bytes([Float.nan, -0.0])
        let tensors = try Answers.decode(
            #"{"model_name":"digits","model_version":"1","outputs":[{"name":"label","datatype":"INT64","shape":[1],"#
                + #""parameters":{"binary_data_size":8}},{"name":"p","datatype":"FP32","shape":[1,2],"#
                + #""parameters":{"binary_data_size":8}}]}"#,
            binary: values
        )
        #expect(tensors.flatMap(\.array) == values)
    }

    @Test("MLServer: nested data, content types, a version that is no number")
    func mlserver() throws {
        let tensors = try Answers.decode(
            #"{"model_name":"iris","model_version":"v0.1.0","id":"5a2f","parameters":{},"outputs":[{"name":"p","#
                + #""shape":[1,2],"datatype":"FP32","parameters":{"content_type":"np"},"data":[[0.5,0.5]]},"#
                + #"{"name":"label","shape":[1],"datatype":"INT64","parameters":null,"data":[1]}]}"#
        )
        #expect(tensors[0].values(Int64.self) == [1])
        #expect(tensors[1].values(Float.self) == [0.5, 0.5])
    }

    @Test("KServe: null where nothing is, outputs before the rest")
    func kserve() throws {
        let tensors = try Answers.decode(
            #"{"outputs":[{"name":"label","shape":[1],"datatype":"INT64","parameters":null,"data":[2]},"#
                + #"{"name":"p","shape":[1,2],"datatype":"FP32","data":null,"parameters":{"binary_data_size":8}}],"#
                + #""id":"d3b1","model_name":"m","model_version":null,"parameters":null}"#,
            binary: Requests.bytes([Float(1), 2])
        )
        #expect(tensors[1].values(Float.self) == [1, 2])
    }

    @Test("what our own server answers", arguments: DataType.allCases)
    func own(_ datatype: DataType) throws {
        var random = SeededRandom(seed: UInt64(datatype.rawValue) + 100)
        for shape in [[], [0], [1], [2, 3], [2, 0, 2]] as [[Int64]] {
            let spec = TensorSpec(name: "y", datatype: datatype, shape: shape.map { _ in -1 })
            let signature = ModelSignature(inputs: [], outputs: [spec, spec.renamed("z")])
            for binary in datatype.isHalf ? [true] : [false, true] {
                let tensors = (0..<2).map { _ in Samples.tensor(datatype, shape, &random, arbitrary: binary) }
                let request = InferRequest(inputs: [], outputs: (0..<2).map { .init(index: $0, binary: binary) })
                var answer = ByteBuffer()
                let length = try InferResponseEncoder(model: "m", version: "1", signature: signature)
                    .encode(request, outputs: tensors, into: &answer)
                let decoded = try InferResponseDecoder()
                    .decode(answer, jsonLength: length, signature: signature, outputs: [1, 0])
                #expect(decoded.map(\.content) == tensors.reversed().map(\.content))
            }
        }
    }

    @Test("outputs nobody declared or asked for are passed over, with their binary data")
    func strangers() throws {
        let json =
            #"{"outputs":[{"name":"?","datatype":"COMPLEX64","shape":"?","parameters":{"binary_data_size":3}},"#
            + #"{"name":"p","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8}},"#
            + #"{"name":"label","datatype":"INT64","shape":[1],"data":[1]}]}"#
        let binary = [9, 9, 9] + Requests.bytes([Float(1), 2])
        #expect(try Answers.decode(json, binary: binary).count == 2)
        #expect(try Answers.decode(json, binary: binary, outputs: [0])[0].values(Int64.self) == [1])
        #expect(try Answers.decode(json, binary: binary, outputs: []).isEmpty)
        let many = (0..<2000).map { #"{"name":"s\#($0)"}"# }.joined(separator: ",")
        #expect(
            Answers.refusal(#"{"outputs":[\#(many)]}"#)?.message
                == "the answer has more than 1026 outputs; the model declares 2"
        )
    }

    @Test(
        "NaN and infinity in every form that servers write",
        arguments: [
            "[1,null,Infinity,-Infinity]", "[1.0,NaN,Infinity,-Infinity]", #"[1,"NaN","Infinity","-Infinity"]"#,
            "[1,nan,inf,-inf]", "[[1],[NaN],[Inf],[-Inf]]", "[1,-NaN , Infinity\n,-Infinity]",
        ]
    )
    func notFinite(_ data: String) throws {
        for datatype in [DataType.fp32, .fp64] {
            let shape = data.hasPrefix("[[") ? "[4,1]" : "[4]"
            let signature = Answers.of(datatype, data.hasPrefix("[[") ? [-1, 1] : [-1])
            let tensor = try Answers.decode(Answers.one(datatype, shape, data: data), signature)[0]
            let values = datatype == .fp32 ? tensor.values(Float.self).map { Double($0) } : tensor.values(Double.self)
            #expect(values[0] == 1)
            #expect(values[1].isNaN)
            #expect(values[2] == .infinity)
            #expect(values[3] == -.infinity)
        }
    }

    @Test("words in strings stay text")
    func words() throws {
        let json = Answers.one(.bytes, "[3]", data: #"["NaN","a \" NaN \\",null]"#)
        #expect(
            Answers.refusal(json, Answers.of(.bytes))?.message == "output 'y' element 2 is null; BYTES takes strings"
        )
        let broken = Answers.one(.bytes, "[2]", data: #"["a \"NaN\" \\", "Infinity"]"#)
            .replacing("\"outputs\"", with: "\"x\":NaN,\"outputs\"")
        let tensor = try Answers.decode(broken, Answers.of(.bytes))[0]
        #expect(tensor.array == Requests.elements([Array(#"a "NaN" \"#.utf8), Array("Infinity".utf8)]))
    }

    @Test(
        "answers that are wrong, with the output at fault",
        arguments: [
            ("[]", "the answer is an array; an infer answer is a JSON object with outputs"),
            ("{}", "the answer has no outputs"),
            (#"{"outputs":{}}"#, "outputs of the answer must be a list, not an object"),
            (#"{"outputs":[],"outputs":[]}"#, "the key 'outputs' occurs twice in one object"),
            (#"{"outputs":[1]}"#, "each entry of outputs must be an object, not 1"),
            (#"{"outputs":[{}]}"#, "each entry of outputs needs a name that is a string"),
            (#"{"outputs":[]}"#, "output 'y' is missing from the answer; the model declares 'y'"),
            (#"{"outputs":[{"name":"y"}]}"#, "output 'y' has no datatype; the model declares FP32"),
            (
                #"{"outputs":[{"name":"y","datatype":"FP64","shape":[1],"data":[1]}]}"#,
                "output 'y' has datatype 'FP64', but the model declares FP32"
            ),
            (
                #"{"outputs":[{"name":"y","datatype":"FP32","data":[1]}]}"#,
                "output 'y' has no shape; the model declares [-1]"
            ),
            (
                #"{"outputs":[{"name":"y","datatype":"FP32","shape":[1]}]}"#,
                "output 'y' has no data; send data or binary_data_size"
            ),
            (
                Answers.one(.fp32, "[-1]", data: "[1]"),
                "shape of output 'y' has the dimension -1; dimensions are whole numbers from 0"
            ),
            (
                Answers.one(.fp32, "[1.5]", data: "[1]"),
                "shape of output 'y' has the dimension 1.5; dimensions are whole numbers from 0"
            ),
            (Answers.one(.fp32, "[1,1]", data: "[1]"), "output 'y' has shape [1, 1], but the model declares [-1]"),
            (Answers.one(.fp32, "[3]", data: "[1,2]"), "output 'y' has 2 elements in data where its shape [3] needs 3"),
            (Answers.one(.fp32, "[1]", data: "[1,2]"), "output 'y' has 2 elements in data where its shape [1] needs 1"),
            (
                Answers.one(.fp32, "[2]", data: "[1,null,3]"),
                "output 'y' has 3 elements in data where its shape [2] needs 2"
            ),
            (
                Answers.one(.fp32, "[2]", data: "[null]"),
                "output 'y' has 1 elements in data where its shape [2] needs 2"
            ),
            (Answers.one(.fp32, "[0]", data: "[1]"), "output 'y' has 1 elements in data where its shape [0] needs 0"),
            (
                Answers.one(.fp32, "[2]", data: #"[null,"nan?"]"#),
                "output 'y' element 1 is the string 'nan?'; FP32 takes numbers up to 3.4028235e+38"
            ),
            (
                Answers.one(.fp32, "[2]", data: "[1,1e39]"),
                "output 'y' element 1 is 1e+39; FP32 takes numbers up to 3.4028235e+38"
            ),
            (
                Answers.one(.fp32, "[2]", data: "[null,1e39]"),
                "output 'y' element 1 is 1e+39; FP32 takes numbers up to 3.4028235e+38"
            ),
            (
                Answers.one(.fp32, "[9223372036854775807,2]", data: "[1]"),
                "shape of output 'y' has more than 67108864 elements, the most that is accepted"
            ),
            (
                Answers.one(.fp32, "[60000000]", data: "[1]"),
                "output 'y' has 1 elements in data where its shape [60000000] needs 60000000"
            ),
            (#"{"outputs":["#, "the answer is not JSON, at byte 12: the document ends too early"),
            (
                #"{"outputs":[NaN}"#,
                "the answer is not JSON, at byte 17: expected a comma or the end of the list or object"
            ),
        ]
    )
    func wrong(_ json: String, _ message: String) {
        #expect(Answers.refusal(json, Answers.of(.fp32)) == InferenceError(.invalidOutput, message))
    }

    @Test(
        "an integer that came as a fraction or null",
        arguments: ["1.0", "null", "NaN", "\"1\"", "9223372036854775808"]
    )
    func integers(_ value: String) {
        let error = Answers.refusal(Answers.one(.int64, "[1]", data: "[\(value)]"), Answers.of(.int64))
        #expect(error?.code == .invalidOutput)
        #expect(error?.message.hasPrefix("output 'y' element 0 is ") == true)
    }

    @Test("an output that comes twice")
    func twice() {
        let y = #"{"name":"y","datatype":"FP32","shape":[1],"data":[1]}"#
        #expect(
            Answers.refusal(#"{"outputs":[\#(y),\#(y)]}"#, Answers.of(.fp32))
                == InferenceError(.invalidOutput, "output 'y' is given twice")
        )
    }

    @Test(
        "binary data that is not what the JSON says",
        arguments: [
            (
                "8", [UInt8](repeating: 0, count: 4),
                "output 'y' says binary_data_size 8, but only 4 bytes are left in the body"
            ),
            ("4", [UInt8](repeating: 0, count: 8), "4 bytes of the answer belong to no output; check binary_data_size"),
            ("8", [UInt8](repeating: 0, count: 8), "output 'y' has 8 bytes of binary data; 1 elements of FP32 need 4"),
            ("-1", [], "binary_data_size of output 'y' must be a whole number of bytes, not -1"),
            (
                "9223372036854775807", [1],
                "output 'y' says binary_data_size 9223372036854775807, but only 1 bytes are left in the body"
            ),
        ]
    )
    func binary(_ size: String, _ binary: [UInt8], _ message: String) {
        let json =
            #"{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":\#(size)}}]}"#
        #expect(Answers.refusal(json, binary: binary, Answers.of(.fp32)) == InferenceError(.invalidOutput, message))
    }

    @Test("a binary size without the header that says where it begins")
    func noHeader() {
        let json = #"{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":4}}]}"#
        #expect(
            Answers.refusal(json, Answers.of(.fp32))?.message
                == "output 'y' has binary_data_size, which needs the header Inference-Header-Content-Length"
        )
    }

    @Test("a header outside the answer, and an empty answer", arguments: [-1, 0, 3, Int.max, Int.min])
    func header(_ length: Int) {
        let error = Samples.refusal { () throws(InferenceError) in
            try InferResponseDecoder()
                .decode(ByteBuffer(string: "{}"), jsonLength: length, signature: Answers.signature)
        }
        #expect(
            error?.message == "Inference-Header-Content-Length must be in the range 1 to 2, the answer's length"
        )
        #expect(Answers.refusal("")?.message == "the answer is empty; an infer answer is a JSON object with outputs")
    }

    @Test("elements longer than the limit are the model's fault, not the client's")
    func longElement() {
        var limits = DecodeLimits()
        limits.maxElementBytes = 3
        limits.maxJSONBytes = 200
        let decoder = InferResponseDecoder(limits: limits)
        for text in ["abcd", String(repeating: "a", count: 300)] {
            let error = Samples.refusal { () throws(InferenceError) in
                try decoder.decode(
                    ByteBuffer(string: Answers.one(.bytes, "[1]", data: "[\"\(text)\"]")),
                    jsonLength: nil,
                    signature: Answers.of(.bytes)
                )
            }
            #expect(error?.code == .invalidOutput)
        }
    }
}
