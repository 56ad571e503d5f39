import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Predict answers of a backend")
struct PredictResponseDecoderTests {
    private static let label = TensorSpec(name: "label", datatype: .int64, shape: [-1])

    @Test("TensorFlow Serving, rows: plain for one output, objects for several")
    func rows() throws {
        let one = try Predictions.answer("{\n    \"predictions\": [[2.5, 3.0], [4.5, 1e-07]\n    ]\n}")
        #expect(one[0].shape == [2, 2])
        #expect(one[0].values(Float.self) == [2.5, 3, 4.5, 1e-7])
        let two = try Predictions.answer(
            #"{"predictions":[{"x":[0.5,NaN],"label":3,"extra":{}},{"label":4,"x":[Infinity,-Infinity]}]}"#,
            [Predictions.floats, Self.label]
        )
        #expect(two.map(\.shape) == [[2, 2], [2]])
        #expect(two[1].values(Int64.self) == [3, 4])
        #expect(two[0].values(Float.self).dropFirst(2) == [.infinity, -.infinity])
        #expect(two[0].values(Float.self)[1].isNaN)
    }

    @Test("TensorFlow Serving, columns")
    func columns() throws {
        #expect(try Predictions.answer(#"{"outputs":[[1.0,2.0]]}"#)[0].shape == [1, 2])
        let two = try Predictions.answer(
            #"{"outputs":{"label":[1,2,3],"x":[[1.0,2.0]]}}"#,
            [Predictions.floats, Self.label]
        )
        #expect(two.map(\.shape) == [[1, 2], [3]])
    }

    @Test("KServe: labels of scikit-learn, and a model that answers with whole lists")
    func kserve() throws {
        #expect(try Predictions.answer(#"{"predictions":[1,1]}"#, [Self.label])[0].values(Int64.self) == [1, 1])
        let lists = try Predictions.answer(
            #"{"predictions":{"label":[1],"x":[[0.5,null]]},"outputs":null}"#,
            [Predictions.floats, Self.label]
        )
        #expect(lists[1].values(Int64.self) == [1])
        #expect(lists[0].values(Float.self)[1].isNaN)
    }

    @Test("outputs asked for come in that order, and the others need not be right")
    func wanted() throws {
        let specs = [Predictions.floats, Self.label]
        let json = #"{"predictions":[{"x":"?","label":3}]}"#
        #expect(try Predictions.answer(json, specs, outputs: [1]).map(\.datatype) == [.int64])
        let both = #"{"predictions":[{"x":[1,2],"label":3}]}"#
        #expect(try Predictions.answer(both, specs, outputs: [1, 0]).map(\.datatype) == [.int64, .fp32])
    }

    @Test("no rows are a batch of none")
    func none() throws {
        #expect(try Predictions.answer(#"{"predictions":[]}"#)[0].shape == [0, 2])
        let two = try Predictions.answer(#"{"predictions":[]}"#, [Predictions.floats, Self.label])
        #expect(two.map(\.shape) == [[0, 2], [0]])
        let boxes = TensorSpec(name: "boxes", datatype: .fp32, shape: [-1, -1, 4])
        #expect(try Predictions.answer(#"{"predictions":[[],[]]}"#, [boxes])[0].shape == [2, 0, 4])
        #expect(
            try Predictions.answer(#"{"predictions":[{"boxes":[]},{"boxes":[]}]}"#, [boxes])[0].shape == [2, 0, 4]
        )
        #expect(
            Predictions.answerRefusal(#"{"predictions":[[],[[1,2,3,4]]]}"#, [boxes])?.code == .invalidOutput
        )
    }

    @Test("bytes as base64")
    func base64() throws {
        let spec = TensorSpec(name: "image_bytes", datatype: .bytes, shape: [-1])
        let tensor = try Predictions.answer(#"{"predictions":[{"b64":"/w=="},{"b64":"AA=="}]}"#, [spec])[0]
        #expect(tensor.array == Requests.elements([[0xFF], [0]]))
    }

    @Test(
        "answers that are wrong, with the output at fault",
        arguments: [
            ("", "the answer is empty; it should be an object with predictions"),
            ("[]", "the answer must be an object, not an array"),
            ("{}", "the answer has no predictions"),
            (#"{"predictions":1}"#, "output 'x' has shape [], but the model declares [-1, 2]"),
            (#"{"predictions":[0.5]}"#, "output 'x' has shape [1], but the model declares [-1, 2]"),
            (
                #"{"predictions":[{"y":[1,2]}]}"#,
                "output 'x' is missing in item 0 of predictions; the model declares 'x'"
            ),
            (#"{"predictions":[[1,true]]}"#, "output 'x' element 1 is true; FP32 takes numbers up to 3.4028235e+38"),
            (#"{"predictions":[[1,2],[null]]}"#, "output 'x' has 1 elements in data where its shape [2, 2] needs 2"),
            (#"{"outputs":{"x":[[1,2],[3]]}}"#, "output 'x' has 1 elements in data where its shape [2, 2] needs 2"),
        ]
    )
    func wrong(_ json: String, _ message: String) {
        #expect(Predictions.answerRefusal(json) == InferenceError(.invalidOutput, message))
    }

    @Test("refusals, with a status or without")
    func refusals() {
        let words = #"{ "error": "Servable not found for request: Latest(m)" }"#
        #expect(
            Predictions.answerRefusal(words, status: 404)
                == InferenceError(
                    .modelFailed,
                    "the backend does not know the model (status 404): 'Servable not found for request: Latest(m)'"
                )
        )
        #expect(Predictions.answerRefusal(words)?.message.hasPrefix("the backend answered with an error: ") == true)
    }
}
