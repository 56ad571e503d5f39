import HTTP1
import NIOCore
import OpenInference
import ServingCore
import Upstream

/// Asks a `:predict` server, KServe V1 or TensorFlow Serving, for threads that may wait.
final class PredictEngine: InferenceEngine {
    let signature: ModelSignature
    private let client: UpstreamClient
    private let route: UpstreamRoute
    private let encoder: PredictRequestEncoder

    init(_ client: UpstreamClient, signature: ModelSignature, route: UpstreamRoute) {
        self.client = client
        self.signature = signature
        self.route = route
        self.encoder = PredictRequestEncoder(signature: signature)
    }

    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        var body = ByteBuffer()
        try self.encoder.encode(inputs, into: &body)
        let request = UpstreamRequest(
            self.route,
            body: body,
            isIdempotent: self.client.backend.configuration.isIdempotent
        )
        let answer = try self.client.answer(to: request, cancellation)
        return try PredictResponseDecoder().decode(
            answer.body,
            status: answer.head.status,
            signature: self.signature,
            outputs: outputs
        )
    }
}
