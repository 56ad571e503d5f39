import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Metadata of a backend's model")
struct ModelMetadataDecoderTests {
    private static let outputs = #""outputs":[{"name":"y","datatype":"FP32","shape":[-1]}]"#

    private func decode(_ json: String, status: Int = 200) throws(InferenceError) -> ModelMetadata {
        try ModelMetadataDecoder.decode(ByteBuffer(string: json), status: status)
    }

    private func refusal(_ json: String, status: Int = 200) -> InferenceError? {
        Samples.refusal { () throws(InferenceError) in try self.decode(json, status: status) }
    }

    @Test("Triton")
    func triton() throws {
        let metadata = try self.decode(
            #"{"name":"simple","versions":["1","3"],"platform":"onnxruntime_onnx","#
                + #""inputs":[{"name":"INPUT0","datatype":"INT32","shape":[-1,16]},"#
                + #"{"name":"s","datatype":"BYTES","shape":[-1,1]}],"#
                + #""outputs":[{"name":"OUTPUT0","datatype":"BF16","shape":[16]}]}"#
        )
        #expect(
            metadata
                == ModelMetadata(
                    name: "simple",
                    versions: ["1", "3"],
                    platform: "onnxruntime_onnx",
                    signature: ModelSignature(
                        inputs: [
                            TensorSpec(name: "INPUT0", datatype: .int32, shape: [-1, 16]),
                            TensorSpec(name: "s", datatype: .bytes, shape: [-1, 1]),
                        ],
                        outputs: [TensorSpec(name: "OUTPUT0", datatype: .bf16, shape: [16])]
                    )
                )
        )
    }

    @Test("MLServer: no versions, an empty platform, parameters of tensors")
    func mlserver() throws {
        let metadata = try self.decode(
            #"{"name":"iris","versions":null,"platform":"","inputs":[{"name":"x","datatype":"FP32","shape":[-1,4],"#
                + #""parameters":{"content_type":"np"}}],\#(Self.outputs),"parameters":{}}"#
        )
        #expect(metadata.versions == [])
        #expect(metadata.platform == "")
        #expect(metadata.signature.inputs == [TensorSpec(name: "x", datatype: .fp32, shape: [-1, 4])])
    }

    @Test("what our own server says")
    func own() throws {
        let signature = ModelSignature(
            inputs: DataType.allCases.map { TensorSpec(name: "i\($0)", datatype: $0, shape: [-1, 2, 0]) },
            outputs: [TensorSpec(name: "é\"\n", datatype: .bool, shape: [])]
        )
        let body = MetadataEncoder.modelMetadata(name: "m", versions: ["1"], platform: "p", signature: signature)
        let metadata = try ModelMetadataDecoder.decode(body)
        #expect(metadata == ModelMetadata(name: "m", versions: ["1"], platform: "p", signature: signature))
    }

    @Test(
        "a server that does not say what its model takes",
        arguments: [
            (#"{"name":"m","versions":[],"platform":"","inputs":[],"outputs":[]}"#, "inputs"),
            (#"{"name":"m","inputs":null}"#, "inputs"), (#"{"name":"m"}"#, "inputs"),
            (#"{"name":"m","inputs":[{"name":"x","datatype":"BOOL","shape":[]}]}"#, "outputs"),
        ]
    )
    func unsaid(_ json: String, _ what: String) {
        #expect(
            self.refusal(json)
                == InferenceError(
                    .unsupported,
                    "the server does not say which \(what) the model has; declare its signature"
                )
        )
    }

    @Test(
        "metadata that is wrong",
        arguments: [
            (
                #"{"name":"x","datatype":"FLOAT","shape":[1]}"#,
                "datatype of input 'x' is the string 'FLOAT'; it must be one of BOOL, UINT8, UINT16, UINT32, UINT64,"
                    + " INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES"
            ),
            (#"{"name":"x","datatype":"FP32"}"#, "shape of input 'x' must be a list, not nothing"),
            (
                #"{"datatype":"FP32","shape":[1]}"#,
                "name of each of inputs must be a string of at most 256 bytes, not nothing"
            ),
            (
                #"{"name":"x","datatype":"FP32","shape":[-2]}"#,
                "shape of input 'x' has the dimension -2; dimensions are whole numbers from 0, or -1 where they vary"
            ),
            (
                #"{"name":"x","datatype":"FP32","shape":["1"]}"#,
                "shape of input 'x' has the dimension the string '1'; dimensions are whole numbers from 0, or -1 where"
                    + " they vary"
            ),
            (
                #"{"name":"x","datatype":"FP32","shape":[9223372036854775807,-1,9223372036854775807]}"#,
                "shape of input 'x' has more than 67108864 elements, the most that is accepted"
            ),
            (
                #"{"name":"x","datatype":"FP32","shape":[\#(String(repeating: "1,", count: 32))1]}"#,
                "shape of input 'x' has more than 32 entries"
            ),
        ]
    )
    func wrong(_ input: String, _ message: String) {
        #expect(
            self.refusal(#"{"name":"m","inputs":[\#(input)],\#(Self.outputs)}"#)
                == InferenceError(.invalidOutput, "the metadata is wrong: \(message)")
        )
    }

    @Test("names twice, too many tensors, too much text, no JSON, no object")
    func bounds() {
        let y = #"{"name":"y","datatype":"FP32","shape":[]}"#
        #expect(
            self.refusal(#"{"name":"m","inputs":[\#(y),\#(y)],\#(Self.outputs)}"#)?.message
                == "input 'y' stands twice in the metadata"
        )
        let many = (0...1024).map { #"{"name":"y\#($0)","datatype":"FP32","shape":[]}"# }.joined(separator: ",")
        #expect(
            self.refusal(#"{"name":"m","inputs":[\#(many)],\#(Self.outputs)}"#)?.message
                == "the metadata is wrong: inputs has more than 1024 entries"
        )
        let long = String(repeating: "a", count: 2_000_000)
        for json in ["", "[]", "{", "1", #"{"name":1}"#, #"{"name":"\#(long)"}"#, #"{"name":"m","name":"m"}"#, "{}"] {
            #expect(self.refusal(json)?.code == .invalidOutput, "\(json.prefix(20))")
        }
    }

    @Test("refusals of the server")
    func statuses() {
        #expect(
            self.refusal(#"{"error":"Request for unknown model: 'x' is not found"}"#, status: 404)
                == InferenceError(
                    .modelFailed,
                    "the backend does not know the model (status 404):"
                        + #" 'Request for unknown model: \'x\' is not found'"#
                )
        )
    }
}
