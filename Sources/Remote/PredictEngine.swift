import HTTP1
import NIOCore
import OpenInference
import ServingCore
import Upstream

/// Asks a `:predict` server, KServe V1 or TensorFlow Serving, for threads that may wait.
final class PredictEngine: RemoteEngine {
    let signature: ModelSignature
    private let caller: RemoteCaller
    private let route: UpstreamRoute
    private let encoder: PredictRequestEncoder

    init(_ caller: RemoteCaller, signature: ModelSignature, route: UpstreamRoute) {
        self.caller = caller
        self.signature = signature
        self.route = route
        self.encoder = PredictRequestEncoder(signature: signature)
    }

    func mirrored() -> any InferenceEngine {
        PredictEngine(self.caller.mirrored(), signature: self.signature, route: self.route)
    }

    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        var body = ByteBuffer()
        try self.encoder.encode(inputs, into: &body)
        let answer = try self.caller.ask(self.route, body, cancellation)
        return try PredictResponseDecoder().decode(
            answer.body,
            status: answer.head.status,
            signature: self.signature,
            outputs: outputs
        )
    }
}
