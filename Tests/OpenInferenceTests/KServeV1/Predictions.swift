import NIOCore
import OpenInference
import ServingCore

/// Bodies of `:predict`, decoded.
enum Predictions {
    static let floats = TensorSpec(name: "x", datatype: .fp32, shape: [-1, 2])
    static let text = TensorSpec(name: "text", datatype: .bytes, shape: [-1, 1])
    static let two = [floats, text]

    static func request(
        _ json: String,
        _ specs: [TensorSpec] = [floats],
        limits: DecodeLimits = .init()
    ) throws(InferenceError) -> (request: InferRequest, layout: PredictLayout) {
        try PredictRequestDecoder(limits: limits)
            .decode(ByteBuffer(string: json), signature: ModelSignature(inputs: specs, outputs: specs))
    }

    static func answer(
        _ json: String,
        _ specs: [TensorSpec] = [floats],
        status: Int = 200,
        outputs: [Int]? = nil
    ) throws(InferenceError) -> [Tensor] {
        try PredictResponseDecoder().decode(
            ByteBuffer(string: json),
            status: status,
            signature: ModelSignature(inputs: [], outputs: specs),
            outputs: outputs
        )
    }

    static func requestRefusal(_ json: String, _ specs: [TensorSpec] = [floats]) -> InferenceError? {
        Samples.refusal { () throws(InferenceError) in try self.request(json, specs) }
    }

    static func answerRefusal(
        _ json: String,
        _ specs: [TensorSpec] = [floats],
        status: Int = 200
    ) -> InferenceError? {
        Samples.refusal { () throws(InferenceError) in try self.answer(json, specs, status: status) }
    }
}
