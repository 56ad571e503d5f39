import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

@Suite("Predict bodies that are written")
struct PredictEncoderTests {
    private static let label = TensorSpec(name: "label", datatype: .int64, shape: [-1])
    private static let floats = Tensor(.fp32, [2, 2], [Float(0.5), 1, -2, 3])
    private static let labels = Tensor(.int64, [2], [Int64(7), 8])

    private func answer(
        _ tensors: [Tensor],
        _ specs: [TensorSpec],
        _ layout: PredictLayout = .rows,
        outputs: [Int]? = nil
    ) throws(InferenceError) -> String {
        var buffer = ByteBuffer()
        let request = InferRequest(
            inputs: [],
            outputs: (outputs ?? Array(specs.indices)).map { .init(index: $0, binary: false) }
        )
        try PredictResponseEncoder(signature: .init(inputs: [], outputs: specs))
            .encode(request, outputs: tensors, layout: layout, into: &buffer)
        return String(buffer: buffer)
    }

    private func request(_ tensors: [Tensor], _ specs: [TensorSpec]) throws(InferenceError) -> String {
        var buffer = ByteBuffer()
        try PredictRequestEncoder(signature: .init(inputs: specs, outputs: [])).encode(tensors, into: &buffer)
        return String(buffer: buffer)
    }

    @Test("answers by rows, to the byte")
    func rows() throws {
        #expect(
            try self.answer([Self.floats], [Predictions.floats]) == #"{"predictions":[[0.5,1.0],[-2.0,3.0]]}"#
        )
        #expect(
            try self.answer([Self.floats, Self.labels], [Predictions.floats, Self.label])
                == #"{"predictions":[{"x":[0.5,1.0],"label":7},{"x":[-2.0,3.0],"label":8}]}"#
        )
    }

    @Test("answers by columns, to the byte")
    func columns() throws {
        #expect(
            try self.answer([Self.floats], [Predictions.floats], .columns) == #"{"outputs":[[0.5,1.0],[-2.0,3.0]]}"#
        )
        #expect(
            try self.answer([Self.floats, Self.labels], [Predictions.floats, Self.label], .columns)
                == #"{"outputs":{"x":[[0.5,1.0],[-2.0,3.0]],"label":[7,8]}}"#
        )
        let scalar = TensorSpec(name: "s", datatype: .bool, shape: [])
        #expect(try self.answer([Tensor(.bool, [], [UInt8(1)])], [scalar], .columns) == #"{"outputs":true}"#)
    }

    @Test("one of several outputs keeps its name")
    func some() throws {
        #expect(
            try self.answer([Self.labels], [Predictions.floats, Self.label], outputs: [1])
                == #"{"predictions":[{"label":7},{"label":8}]}"#
        )
    }

    @Test("bytes are base64 where TensorFlow says so, and where they are no text")
    func base64() throws {
        let tensor = Tensor([3], elements: [Array("a\"".utf8), [0xFF, 0, 1, 2], []])
        #expect(
            try self.answer([tensor], [TensorSpec(name: "s", datatype: .bytes, shape: [-1])])
                == #"{"predictions":["a\"",{"b64":"/wABAg=="},""]}"#
        )
        #expect(
            try self.answer([tensor], [TensorSpec(name: "s_bytes", datatype: .bytes, shape: [-1])])
                == #"{"predictions":[{"b64":"YSI="},{"b64":"/wABAg=="},{"b64":""}]}"#
        )
        #expect(
            try self.request([tensor], [TensorSpec(name: "s_bytes", datatype: .bytes, shape: [-1])])
                == #"{"instances":["a\"",{"b64":"/wABAg=="},""]}"#
        )
    }

    @Test("requests are instances, or inputs where there are no rows")
    func requests() throws {
        #expect(try self.request([Self.floats], [Predictions.floats]) == #"{"instances":[[0.5,1.0],[-2.0,3.0]]}"#)
        #expect(
            try self.request([Self.floats, Self.labels], [Predictions.floats, Self.label])
                == #"{"instances":[{"x":[0.5,1.0],"label":7},{"x":[-2.0,3.0],"label":8}]}"#
        )
        #expect(
            try self.request([Self.floats, Tensor(.int64, [1], [Int64(7)])], [Predictions.floats, Self.label])
                == #"{"inputs":{"x":[[0.5,1.0],[-2.0,3.0]],"label":[7]}}"#
        )
        #expect(
            try self.request([Tensor(.fp32, [], [Float(1)])], [TensorSpec(name: "t", datatype: .fp32, shape: [])])
                == #"{"inputs":1.0}"#
        )
    }

    @Test("empty tensors")
    func empty() throws {
        let spec = TensorSpec(name: "y", datatype: .fp32, shape: [-1, -1, 2])
        for (shape, text) in [([0, 3, 2], "[]"), ([2, 0, 2], "[[],[]]")] as [([Int64], String)] {
            #expect(try self.answer([Tensor(.fp32, shape, [Float]())], [spec]) == #"{"predictions":\#(text)}"#)
            #expect(try self.answer([Tensor(.fp32, shape, [Float]())], [spec], .columns) == #"{"outputs":\#(text)}"#)
        }
    }

    @Test("what cannot be written is refused by name, and the buffer stays as it was")
    func refusals() {
        func refusal(_ tensors: [Tensor], _ specs: [TensorSpec], _ layout: PredictLayout = .rows) -> InferenceError? {
            Samples.refusal { () throws(InferenceError) in try self.answer(tensors, specs, layout) }
        }
        #expect(
            refusal([Tensor(.fp32, [1, 2], [Float(1), .nan])], [Predictions.floats])
                == InferenceError(
                    .invalidOutput,
                    "output 'x' holds NaN or infinity at element 1, which JSON cannot express; it needs the V2 protocol"
                        + " with binary data"
                )
        )
        #expect(
            refusal([Self.floats, Tensor(.int64, [3], [Int64(1), 2, 3])], [Predictions.floats, Self.label])?.message
                == "outputs do not agree on their first dimension, so they have no rows: their shapes are [2, 2], [3];"
                + " send inputs in place of instances"
        )
        #expect(refusal([Self.labels], [Predictions.floats])?.code == .invalidOutput)
        #expect(refusal([], [Predictions.floats])?.code == .invalidOutput)
        let half = TensorSpec(name: "h", datatype: .fp16, shape: [1])
        #expect(refusal([Tensor(.fp16, [1], [UInt16(0)])], [half])?.code == .unsupported)
        let nothing = TensorSpec(name: "n", datatype: .fp32, shape: [-1, -1])
        #expect(refusal([Tensor(.fp32, [1 << 40, 0], [Float]())], [nothing])?.code == .tooLarge)
        let text = TensorSpec(name: "s", datatype: .bytes, shape: [-1])
        for bytes in [[1, 0, 0, 0], [0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
            let tensor = Tensor(datatype: .bytes, shape: [1], bytes: TensorBytes(copying: bytes))
            #expect(refusal([tensor], [text])?.code == .invalidOutput)
        }
        var buffer = ByteBuffer(string: "before")
        let encoder = PredictRequestEncoder(signature: .init(inputs: [Predictions.floats], outputs: []))
        #expect(throws: InferenceError.self) {
            try encoder.encode([Tensor(.fp32, [1, 2], [Float(1), .infinity])], into: &buffer)
        }
        #expect(String(buffer: buffer) == "before")
    }

    @Test("each datatype comes back from the other side", arguments: Samples.jsonTypes)
    func roundTrip(_ datatype: DataType) throws {
        var random = SeededRandom(seed: UInt64(datatype.rawValue) + 200)
        for shape in [[], [1], [5], [2, 3], [3, 1, 2], [2, 2, 1, 3]] as [[Int64]] {
            let spec = TensorSpec(name: "a", datatype: datatype, shape: shape.map { _ in -1 })
            for specs in [[spec], [spec, spec.renamed("b"), spec.renamed("c_bytes")]] {
                let tensors = specs.map { _ in Samples.tensor(datatype, shape, &random, arbitrary: datatype == .bytes) }
                let sent = try self.request(tensors, specs)
                let (received, layout) = try Predictions.request(sent, specs)
                #expect(received.inputs.map(\.content) == tensors.map(\.content))
                #expect(layout == (shape.isEmpty ? .columns : .rows))
                for layout in shape.isEmpty ? [PredictLayout.columns] : [.rows, .columns] {
                    let answer = try self.answer(tensors, specs, layout)
                    #expect(try Predictions.answer(answer, specs).map(\.content) == tensors.map(\.content))
                }
            }
        }
    }

    @Test("status for clients of TensorFlow Serving and KServe in one document")
    func status() {
        let document = PredictStatus.document(
            model: "m",
            ready: true,
            versions: [
                .init(version: "3", state: .available), .init(version: "4", state: .end, failure: "no \"memory\""),
            ]
        )
        #expect(
            String(buffer: document)
                == #"{"name":"m","ready":true,"model_version_status":["#
                + #"{"version":"3","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}},"#
                + #"{"version":"4","state":"END","status":{"error_code":"UNKNOWN","error_message":"no \"memory\""}}]}"#
        )
    }
}
