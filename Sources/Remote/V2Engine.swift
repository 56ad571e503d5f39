import HTTP1
import NIOCore
import OpenInference
import ServingCore
import Upstream

/// Asks a V2 server: tensors in, tensors out, for threads that may wait. The server's answers are checked against the
/// signature like those of nobody one trusts.
final class V2Engine: InferenceEngine {
    let signature: ModelSignature
    private let client: UpstreamClient
    private let json: UpstreamRoute
    private let binary: UpstreamRoute
    private let encoder: InferRequestEncoder

    init(
        _ client: UpstreamClient,
        signature: ModelSignature,
        json: UpstreamRoute,
        binary: UpstreamRoute,
        form: InferRequestEncoder.Form
    ) {
        self.client = client
        self.signature = signature
        self.json = json
        self.binary = binary
        self.encoder = InferRequestEncoder(signature: signature, form: form)
    }

    func run(
        _ inputs: [Tensor],
        outputs: [Int]?,
        cancellation: RunCancellation?
    ) throws(InferenceError) -> [Tensor] {
        var body = ByteBuffer()
        let jsonLength = try self.encoder.encode(inputs, outputs: outputs, into: &body)
        var request = UpstreamRequest(
            jsonLength == nil ? self.json : self.binary,
            body: body,
            isIdempotent: self.client.backend.configuration.isIdempotent
        )
        if let jsonLength { request.lines.add("inference-header-content-length", jsonLength) }
        let answer = try self.client.answer(to: request, cancellation)
        return try InferResponseDecoder().decode(
            answer.body,
            status: answer.head.status,
            jsonLength: answer.head.inferenceHeaderLength,
            signature: self.signature,
            outputs: outputs
        )
    }
}
