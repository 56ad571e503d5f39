import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Refused JSON infer requests")
struct DecodeRefusalTests {
    struct Case: CustomTestStringConvertible {
        var json: String
        var message: String
        var code = InferenceError.Code.invalidRequest
        var signature = Requests.floats

        init(
            _ json: String,
            _ message: String,
            _ code: InferenceError.Code = .invalidRequest,
            _ signature: ModelSignature = Requests.floats
        ) {
            self.json = json
            self.message = message
            self.code = code
            self.signature = signature
        }

        var testDescription: String { String(self.json.prefix(120)) }
    }

    private func check(_ refused: Case) {
        let error = Requests.refusal(refused.json, refused.signature)
        #expect(error == InferenceError(refused.code, refused.message))
    }

    @Test(
        "the top level",
        arguments: [
            Case("[]", "the body is an array; an infer request is a JSON object with inputs"),
            Case("1", "the body is 1; an infer request is a JSON object with inputs"),
            Case("{}", "the request has no inputs; this model takes 'x'"),
            Case("{\"inputs\":{}}", "inputs must be a list, not an object"),
            Case("{\"inputs\":[1]}", "each entry of inputs must be an object, not 1"),
            Case("{\"inputs\":[{}]}", "each entry of inputs needs a name that is a string"),
            Case("{\"inputs\":[]}", "input 'x' is missing; this model takes 'x'"),
            Case("{\"inputs\":[],\"inputs\":[]}", "the key 'inputs' occurs twice in one object"),
            Case(Requests.body(top: "\"id\":\"a\",\"id\":\"b\","), "the key 'id' occurs twice in one object"),
            Case(Requests.body(top: "\"id\":7,"), "id must be a string, not 7"),
            Case(
                Requests.body(top: "\"id\":\"\(String(repeating: "i", count: 1025))\","),
                "id is 1025 bytes long; at most 1024 are accepted",
                .tooLarge
            ),
            Case(Requests.body(top: "\"parameters\":[],"), "parameters must be an object, not an array"),
            Case(
                Requests.body(top: "\"parameters\":{\"timeout\":-1},"),
                "timeout must be a whole number of microseconds, not -1"
            ),
            Case(
                Requests.body(top: "\"parameters\":{\"timeout\":1.5},"),
                "timeout must be a whole number of microseconds, not 1.5"
            ),
            Case(
                Requests.body(top: "\"parameters\":{\"binary_data_output\":1},"),
                "binary_data_output must be true or false, not 1"
            ),
        ]
    )
    func topLevel(_ refused: Case) { self.check(refused) }

    @Test(
        "outputs",
        arguments: [
            Case(Requests.body(top: "\"outputs\":{},"), "outputs must be a list, not an object"),
            Case(
                Requests.body(top: "\"outputs\":[\"label\"],"),
                "each entry of outputs must be an object, not the string 'label'"
            ),
            Case(Requests.body(top: "\"outputs\":[{}],"), "each entry of outputs needs a name that is a string"),
            Case(
                Requests.body(top: "\"outputs\":[{\"name\":\"q\"}],"),
                "output 'q' is unknown; this model's outputs are 'label', 'probabilities'"
            ),
            Case(
                Requests.body(top: "\"outputs\":[{\"name\":\"label\"},{\"name\":\"label\"}],"),
                "output 'label' is asked for twice"
            ),
            Case(
                Requests.body(top: "\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":\"yes\"}}],"),
                "binary_data of output 'label' must be true or false, not the string 'yes'"
            ),
            Case(
                Requests.body(top: "\"outputs\":[{\"name\":\"label\",\"parameters\":{\"classification\":3}}],"),
                "output 'label' asks for classification, which is not offered; ask for the tensor",
                .unsupported
            ),
            Case(
                Requests.body(
                    top: "\"outputs\":[{\"name\":\"label\",\"parameters\":{\"shared_memory_region\":\"r\"}}],"
                ),
                "output 'label' asks for shared memory, which is not offered",
                .unsupported
            ),
        ]
    )
    func outputs(_ refused: Case) { self.check(refused) }

    @Test(
        "names, datatypes and what an input must hold",
        arguments: [
            Case(
                "{\"inputs\":[{\"name\":\"y\",\"shape\":[1,4],\"datatype\":\"FP32\",\"data\":[1,2,3,4]}]}",
                "input 'y' is unknown; this model takes 'x'"
            ),
            Case(
                "{\"inputs\":[{\"name\":\"\\u001b]0;\\n'\\u202e\"}]}",
                "input '\\u{1b}]0;\\u{a}\\'\\u{202e}' is unknown; this model takes 'x'"
            ),
            Case(
                "{\"inputs\":[{\"name\":\"\(String(repeating: "é", count: 40))z\"}]}",
                "input '\(String(repeating: "é", count: 32))'... is unknown; this model takes 'x'"
            ),
            Case(
                String(Requests.body().dropLast(2)) + "," + String(Requests.body().dropFirst(11)),
                "input 'x' is given twice"
            ),
            Case(Requests.body(datatype: "FP64"), "input 'x' has datatype 'FP64', but this model takes FP32"),
            Case("{\"inputs\":[{\"name\":\"x\"}]}", "input 'x' has no datatype; this model takes FP32"),
            Case(
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\"}]}",
                "input 'x' has no shape; this model takes [-1, 4]"
            ),
            Case(Requests.body(data: nil), "input 'x' has no data; send data or binary_data_size"),
            Case(Requests.body(more: ",\"data\":[1]"), "the key 'data' occurs twice in one object"),
            Case(
                Requests.body(data: nil, more: ",\"parameters\":{\"binary_data_size\":16}"),
                "input 'x' has binary_data_size, which needs the header Inference-Header-Content-Length"
            ),
            Case(
                Requests.body(data: nil, more: ",\"parameters\":{\"shared_memory_region\":\"r\"}"),
                "input 'x' is in shared memory, which is not offered; send its data",
                .unsupported
            ),
            Case(Requests.body(more: ",\"parameters\":7"), "parameters of input 'x' must be an object, not 7"),
        ]
    )
    func inputs(_ refused: Case) { self.check(refused) }

    @Test("with several inputs the missing and the repeated one are named")
    func severalInputs() {
        let signature = Requests.signature(
            TensorSpec(name: "a", datatype: .int8, shape: [1]),
            TensorSpec(name: "b", datatype: .int8, shape: [1]),
            TensorSpec(name: "c", datatype: .int8, shape: [1])
        )
        func refusal(_ names: String...) -> String? {
            let inputs = names.map { "{\"name\":\"\($0)\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1]}" }
            return Requests.refusal("{\"inputs\":[\(inputs.joined(separator: ","))]}", signature)?.message
        }
        #expect(refusal("a", "b") == "input 'c' is missing; this model takes 'a', 'b', 'c'")
        #expect(refusal("c", "a") == "input 'b' is missing; this model takes 'a', 'b', 'c'")
        #expect(refusal("b", "c") == "input 'a' is missing; this model takes 'a', 'b', 'c'")
        #expect(refusal("a", "b", "b") == "input 'b' is given twice")
        #expect(refusal("a", "a", "b") == "input 'a' is given twice")
        #expect(refusal("c", "b", "c") == "input 'c' is given twice")
        #expect(refusal("a", "b", "c", "a") == "input 'a' is given twice")
        #expect(refusal("a", "b", "c", "d") == "input 'd' is unknown; this model takes 'a', 'b', 'c'")
    }

    @Test(
        "shapes",
        arguments: [
            ("[1,5]", "input 'x' has shape [1, 5], but this model takes [-1, 4]"),
            ("[4]", "input 'x' has shape [4], but this model takes [-1, 4]"),
            ("[]", "input 'x' has shape [], but this model takes [-1, 4]"),
            ("[1,2,2]", "input 'x' has shape [1, 2, 2], but this model takes [-1, 4]"),
            ("null", "shape of input 'x' must be a list of whole numbers, not null"),
            ("[0,4]", "shape of input 'x' has the dimension 0; dimensions are whole numbers from 1"),
            ("[-1,4]", "shape of input 'x' has the dimension -1; dimensions are whole numbers from 1"),
            ("[1.0,4]", "shape of input 'x' has the dimension 1.0; dimensions are whole numbers from 1"),
            ("[\"1\",4]", "shape of input 'x' has the dimension the string '1'; dimensions are whole numbers from 1"),
            ("[[1],4]", "shape of input 'x' has the dimension an array; dimensions are whole numbers from 1"),
            (
                "[9223372036854775808,4]",
                "shape of input 'x' has the dimension 9223372036854775808; dimensions are whole numbers from 1"
            ),
        ]
    )
    func shapes(_ shape: String, _ message: String) {
        self.check(Case(Requests.body(shape: shape), message))
    }

    @Test(
        "shapes that ask for too much",
        arguments: [
            "[1000000000,4]", "[2147483648,4]", "[9223372036854775807,4]", "[65536,65536,65536,65536,65536]",
            "[4611686018427387905,4]",
        ]
    )
    func hugeShapes(_ shape: String) {
        self.check(
            Case(
                Requests.body(shape: shape),
                "shape of input 'x' has more than 67108864 elements, the most that is accepted"
            )
        )
    }

    @Test("ten thousand dimensions")
    func manyDimensions() {
        let shape = "[" + Array(repeating: "1", count: 10_000).joined(separator: ",") + "]"
        self.check(Case(Requests.body(shape: shape), "shape of input 'x' has more than 32 dimensions"))
    }

    @Test(
        "data that does not fit its shape",
        arguments: [
            ("[1,2,3]", "[1,4]", "input 'x' has 3 elements in data where its shape [1, 4] needs 4"),
            ("[1,2,3,4,5]", "[1,4]", "input 'x' has 5 elements in data where its shape [1, 4] needs 4"),
            ("[]", "[1,4]", "input 'x' has 0 elements in data where its shape [1, 4] needs 4"),
            ("[1,2]", "[1000,4]", "input 'x' has 2 elements in data where its shape [1000, 4] needs 4000"),
            ("7", "[1,4]", "input 'x' must have a list as data, not 7"),
            ("\"AAAA\"", "[1,4]", "input 'x' must have a list as data, not the string 'AAAA'"),
            ("[[1,2,3]]", "[1,4]", "input 'x' has 3 elements in data where its shape [1, 4] needs 4"),
            (
                "[[1,2],[3,4]]", "[1,4]",
                "input 'x' has 2 elements in data where its shape [1, 4] needs 4"
            ),
            (
                "[[1,2,3,4]]", "[2,4]",
                "input 'x' has data nested unlike its shape [2, 4]: a list at depth 1 does not hold 2 lists"
            ),
            (
                "[[1,2,3,4],[1,2,3,4],[1,2,3,4]]", "[2,4]",
                "input 'x' has data nested unlike its shape [2, 4]: a list at depth 1 does not hold 2 lists"
            ),
            (
                "[[1,2,3,4],5,6,7,8]", "[2,4]",
                "input 'x' has data nested unlike its shape [2, 4]: a list at depth 1 does not hold 2 lists"
            ),
            ("[[[1,2,3,4]]]", "[1,4]", "input 'x' has data nested deeper than its shape [1, 4]"),
            ("[1,2,[3],4]", "[1,4]", "input 'x' element 2 is an array; FP32 takes numbers up to 3.4028235e+38"),
            ("[1,null,3,4]", "[1,4]", "input 'x' element 1 is null; FP32 takes numbers up to 3.4028235e+38"),
            (
                "[[1,2,3,4],[5,6,true,8]]", "[2,4]",
                "input 'x' element 6 is true; FP32 takes numbers up to 3.4028235e+38"
            ),
            ("[1,2,1e39,4]", "[1,4]", "input 'x' element 2 is 1e+39; FP32 takes numbers up to 3.4028235e+38"),
            ("[\"1\",2,3,4]", "[1,4]", "input 'x' element 0 is the string '1'; FP32 takes numbers up to 3.4028235e+38"),
        ]
    )
    func data(_ data: String, _ shape: String, _ message: String) {
        self.check(Case(Requests.body(data: data, shape: shape), message))
    }

    @Test(
        "values of the wrong type or out of range",
        arguments: [
            (
                DataType.int64, "[1,1.5]",
                "input 'x' element 1 is 1.5; INT64 takes whole numbers from -9223372036854775808 to 9223372036854775807"
            ),
            (.int8, "[128,0]", "input 'x' element 0 is 128; INT8 takes whole numbers from -128 to 127"),
            (.int8, "[0,-129]", "input 'x' element 1 is -129; INT8 takes whole numbers from -128 to 127"),
            (.int16, "[32768,0]", "input 'x' element 0 is 32768; INT16 takes whole numbers from -32768 to 32767"),
            (
                .int32, "[2147483648,0]",
                "input 'x' element 0 is 2147483648; INT32 takes whole numbers from -2147483648 to 2147483647"
            ),
            (
                .int64, "[9223372036854775808,0]",
                "input 'x' element 0 is 9223372036854775808; "
                    + "INT64 takes whole numbers from -9223372036854775808 to 9223372036854775807"
            ),
            (.uint8, "[-1,0]", "input 'x' element 0 is -1; UINT8 takes whole numbers from 0 to 255"),
            (.uint16, "[65536,0]", "input 'x' element 0 is 65536; UINT16 takes whole numbers from 0 to 65535"),
            (
                .uint32, "[0,4294967296]",
                "input 'x' element 1 is 4294967296; UINT32 takes whole numbers from 0 to 4294967295"
            ),
            (.uint64, "[-1,0]", "input 'x' element 0 is -1; UINT64 takes whole numbers from 0 to 18446744073709551615"),
            (.fp64, "[true,0]", "input 'x' element 0 is true; FP64 takes numbers"),
            (.bool, "[2,0]", "input 'x' element 0 is 2; BOOL takes true, false, 1 or 0"),
            (.bool, "[true,\"x\"]", "input 'x' element 1 is the string 'x'; BOOL takes true, false, 1 or 0"),
            (.bool, "[true]", "input 'x' has 1 elements in data where its shape [2] needs 2"),
            (.bytes, "[\"a\",1]", "input 'x' element 1 is 1; BYTES takes strings"),
            (.bytes, "[\"a\",\"b\",\"c\"]", "input 'x' has 3 elements in data where its shape [2] needs 2"),
        ]
    )
    func values(_ datatype: DataType, _ data: String, _ message: String) {
        let json = Requests.body(data: data, shape: "[2]", datatype: "\(datatype)")
        self.check(Case(json, message, .invalidRequest, Requests.of(datatype)))
    }

    @Test("half precision has no JSON form", arguments: [DataType.fp16, .bf16])
    func halfPrecision(_ datatype: DataType) {
        let json = Requests.body(data: "[1]", shape: "[1]", datatype: "\(datatype)")
        let message = "input 'x' is \(datatype), which has no JSON form; send it as binary data"
        self.check(Case(json, message, .unsupported, Requests.of(datatype)))
    }

    @Test("limits on elements, element bytes and the JSON hold")
    func limits() {
        var limits = DecodeLimits()
        limits.maxElements = 3
        #expect(Requests.refusal(Requests.body(), limits: limits)?.code == .invalidRequest)
        limits = DecodeLimits()
        limits.maxJSONBytes = 60
        #expect(Requests.refusal(Requests.body(), limits: limits)?.code == .tooLarge)
        limits = DecodeLimits()
        limits.maxElementBytes = 3
        let json = Requests.body(data: "[\"abc\",\"abcd\"]", shape: "[2]", datatype: "BYTES")
        let refusal = Requests.refusal(json, Requests.of(.bytes), limits: limits)
        #expect(refusal == InferenceError(.tooLarge, "input 'x' element 1 is 4 bytes long; at most 3 are accepted"))
    }
}
